{#
  The exception handler of `without_details` and `with_retries`: the name of what was violated, without
  the row that violated it.
#}
{% macro without_row() -%}
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
{%- endmacro %}
