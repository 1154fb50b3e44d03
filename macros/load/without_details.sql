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
        when integrity_constraint_violation or data_exception then
            get stacked diagnostics
                name_of_constraint = constraint_name,
                name_of_column = column_name;
            raise exception using
                errcode = sqlstate,
                message = case
                    when name_of_constraint <> ''
                        then 'a row violates the constraint ' || name_of_constraint
                    when name_of_column <> ''
                        then 'a row has no value for the column ' || name_of_column
                    else 'a row has a value that its column does not take'
                end,
                constraint = name_of_constraint;
    end
    $statements$;
{%- endmacro %}
