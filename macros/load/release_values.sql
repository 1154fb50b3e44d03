{#
  Before the updates of a batch: a row that will change its unique value gives it up when another row of
  the batch takes it, by standing under its own id for the moment. Two records may so exchange a slug or
  an order number; PostgreSQL checks a unique constraint row by row.
#}
{% macro release_values(live, incoming) -%}
    {%- for constraint in model['constraints'] if constraint.type == 'unique' %}
    {%- set value = constraint.columns[-1] %}
    update {{ live }} as live
    set {{ value }} = live.id::text
    from {{ incoming }} as own, {{ incoming }} as other, decided as giving, decided as taking
    where
        own.id = live.id
        and giving.id = own.id
        and giving.is_written
        and taking.id = other.id
        and taking.is_written
        and other.id <> live.id
        and (own.{{ constraint.columns | join(', own.') }})
        is distinct from (live.{{ constraint.columns | join(', live.') }})
        {%- for column in constraint.columns %}
        and other.{{ column }} = live.{{ column }}
        {%- endfor %};
    {%- endfor %}
{%- endmacro %}
