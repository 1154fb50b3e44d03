{#
  A column as JSON: the first of its names that is neither absent nor JSON null.
#}
{% macro json_of(entity, column) -%}
    coalesce(
        {%- for name in field_names(entity, column) %}
        nullif({{ json_at(name) }}, 'null')
        {{- ',' if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}
