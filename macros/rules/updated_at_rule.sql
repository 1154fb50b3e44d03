{#
  Where updated_at came from when the document does not state it: from created_at, however that was
  found.
#}
{% macro updated_at_rule() -%}
    case when updated_at_raw is null then 'from_created_at' end
{%- endmacro %}
