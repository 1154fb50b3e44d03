{#
  dbt's own statement, closed to the API: a view reads with the rights of its owner.
#}
{% macro postgres__create_view_as(relation, sql) -%}
    {{ dbt.default__create_view_as(relation, sql) }}
    {{ close_to_api(relation) }}
{%- endmacro %}
