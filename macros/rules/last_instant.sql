{#
  When a record was changed last: stated, else when it was created.
#}
{% macro last_instant() -%}
    coalesce(stated_updated_at, stated_created_at, id_instant, default_instant)
{%- endmacro %}
