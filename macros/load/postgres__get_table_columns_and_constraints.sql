{#
  Columns only: the model's constraints follow the rows (see `postgres__create_table_as`).
#}
{% macro postgres__get_table_columns_and_constraints() -%}
    {{ columns_ddl(model) }}
{%- endmacro %}
