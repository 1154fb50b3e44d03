{#
  dbt's own statement, closed to the API, and without the time limit a role may have: a statement over a
  million documents is a long one, and it locks nothing of the application's. For a table under contract,
  constraints and indexes follow the rows in the same transaction. Checked in bulk they cost a third of
  what they cost row by row, and a violated one leaves no table behind.
#}
{% macro postgres__create_table_as(temporary, relation, sql) -%}
    set local statement_timeout = 0;
    {%- set is_final = not temporary and config.get('contract').enforced %}
    {{ part_ended(relation, 'begin') if is_final }}
    {{ dbt.postgres__create_table_as(temporary, relation, sql) }}
    {%- if not temporary %}
        {%- if is_final %}
        {{ part_ended(relation, 'load') }}
        {{ bulk_constraints(relation) }}
        {%- else %}
        {{ close_to_api(relation) }}
        {%- endif %}
    {%- endif %}
{%- endmacro %}
