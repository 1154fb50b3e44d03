{#
  A column as JSON: the first of its names that is neither absent nor JSON null.
#}
{% macro json_of(entity, column) -%}
    coalesce(
        {%- for name in kv_to_tables.field_names(entity, column) %}
        nullif({{ kv_to_tables.json_at(name) }}, 'null')
        {{- ',' if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}
