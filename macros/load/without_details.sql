{#
  Statements whose errors keep the name of what was violated and leave out the row that violated it.
  PostgreSQL tells the row as a detail of its error, which would stand in the server's log and in dbt's
  run_results.json; an error that is caught is written nowhere.
#}
{% macro without_details(statements) -%}
    do $statements$
    declare
        name_of_constraint text;
        name_of_column text;
    begin
        {{ statements }}
    exception
        {{ without_row() }}
    end
    $statements$;
{%- endmacro %}
