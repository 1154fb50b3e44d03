{#
  What follows the rows of a new table: constraints, indexes, comments, the record of what was written, no
  way in for the API, and last its foreign keys. Adding one locks the table it refers to against writers
  until the end of the transaction, and that table may be a live one: nothing but the check itself
  happens under that lock, which is waited for as a batch waits (`with_retries`).
#}
{% macro bulk_constraints(relation) -%}
    {{ without_details(constraints_ddl(relation, model)) }}
    {{ part_ended(relation, 'constraints') }}
    {{ without_details(indexes_ddl(relation, model)) }}
    {{ part_ended(relation, 'indexes') }}
    {{ alter_relation_comment(relation, model['description']) }};
    {{ alter_column_comment(relation, model['columns']) }}
    {{ without_details(record_rows(relation)) }}
    {{ close_to_api(relation) }}
    {{ part_ended(relation, 'load') }}
    {%- set parents = model['constraints'] | map(attribute='to') | select | list %}
    {%- if parents %}
    {{ with_retries(parents, foreign_keys_ddl(relation, model)) }}
    {{ part_ended(relation, 'constraints') }}
    {%- endif %}
{%- endmacro %}
