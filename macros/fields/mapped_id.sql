{#
  What the map says a row went by in the store: its UUID, or the text id that became it.
#}
{% macro mapped_id(id, record_id) -%}
    case when lower({{ record_id }}) = {{ id }}::text then {{ id }}::text else {{ record_id }} end
{%- endmacro %}
