{#
  Before an upsert: a row that will change its unique value gives it up when another row of the same run
  takes it, by standing under its own id for the moment. Two records may so exchange a slug or an
  order number; PostgreSQL checks a unique constraint row by row.
#}
{% macro release_values(target_relation, incoming, key) -%}
    {%- for constraint in model['constraints'] if constraint.type == 'unique' %}
    {%- set value = constraint.columns[-1] %}
    update {{ target_relation }} as live
    set {{ value }} = live.{{ key }}::text
    from {{ incoming }} as own, {{ incoming }} as other
    where
        own.{{ key }} = live.{{ key }}
        and other.{{ key }} <> live.{{ key }}
        and (own.{{ constraint.columns | join(', own.') }})
        is distinct from (live.{{ constraint.columns | join(', live.') }})
        {%- for column in constraint.columns %}
        and other.{{ column }} = live.{{ column }}
        {%- endfor %};
    {%- endfor %}
{%- endmacro %}
