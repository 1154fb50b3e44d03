{#
  What only other rows tell of a record's values, in the form of `row_changes`, and in place of it for
  the columns it names. `entries` has [condition, column, value, rule], all SQL but the column.
#}
{% macro cross_changes(entries) -%}
    nullif(
        to_jsonb(
            array_remove(
                array[
                    {%- for condition, column, value, rule in entries %}
                    case
                        when {{ condition }}
                            then jsonb_build_array('{{ column }}', {{ value }}, {{ rule }})
                    end
                    {{- ',' if not loop.last }}
                    {%- endfor %}
                ]::jsonb [],
                null
            )
        ),
        '[]'
    )
{%- endmacro %}
