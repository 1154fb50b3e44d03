{#
  A column as JSON, under the name that `choices` says; JSON null is nothing.
#}
{% macro json_of(entity, column) -%}
    nullif({{ stated_json(entity, column) }}, 'null')
{%- endmacro %}
