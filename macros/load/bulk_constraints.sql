{#
  What follows the rows of a new table: constraints, indexes, comments, the record of what was written, and no way in for the API.
#}
{% macro bulk_constraints(relation) -%}
    {{ without_details(constraints_ddl(relation, model)) }}
    {{ alter_relation_comment(relation, model['description']) }};
    {{ alter_column_comment(relation, model['columns']) }}
    {{ without_details(record_rows(relation)) }}
    {{ close_to_api(relation) }}
{%- endmacro %}
