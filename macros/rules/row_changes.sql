{#
  The values of a row that are not what its document states, as a JSON array of [column, value, rule];
  null when there is none. What the document stated is not kept here: the ledger of changes reads it
  from the document again. A value the table itself gives is no entry: the spelling tells it.

  values: for columns whose value has another name here, SQL of it; for references ([value, text the
  document names it by]). rules: SQL of the rule where the kind of value does not tell it.
#}
{% macro row_changes(entity, values={}, rules={}) -%}
    nullif(
        to_jsonb(
            array_remove(
                array[
                    {%- for field in fields_of(entity) %}
                    {{ change_of(
                        entity,
                        field,
                        values.get(field.column, field.column),
                        rules.get(field.column)
                    ) }}
                    {{- ',' if not loop.last }}
                    {%- endfor %}
                ]::jsonb [],
                null
            )
        ),
        '[]'
    )
{%- endmacro %}
