{#
  What follows the rows of a new table: constraints, indexes, comments, the record of what was written.
#}
{% macro bulk_constraints(relation) -%}
    {{ without_details(constraints_ddl(relation, model)) }}
    {{ alter_relation_comment(relation, model['description']) }};
    {{ alter_column_comment(relation, model['columns']) }}
    {{ record_rows(relation) }}
{%- endmacro %}
