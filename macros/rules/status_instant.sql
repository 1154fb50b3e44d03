{#
  When an order reached a status: stated; the first such entry of the order's timeline; and for the
  status it has now, which the table requires a time for, its last update, then its creation.
#}
{% macro status_instant(status) -%}
    coalesce(
        stated_{{ status }}_at,
        (
            select min({{ to_instant("(entry ->> 'timestamp')") }})
            from
                jsonb_array_elements(
                    case
                        when jsonb_typeof(document -> 'timeline') = 'array'
                            then document -> 'timeline'
                    end
                ) as timeline (entry)
            where entry ->> 'status' = '{{ status }}'
        ),
        case when typed_status = '{{ status }}' then updated_at end
    )
{%- endmacro %}
