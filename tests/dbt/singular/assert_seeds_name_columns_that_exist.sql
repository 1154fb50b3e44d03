-- What a user edits speaks of columns that are there: a rule for a table or a column misspelt would
-- apply to nothing, silently.
{% set columns = [] %}
{% for entity in entities() %}
{% for field in fields_of(entity) %}
{% do columns.append((entity, field.column)) %}
{% endfor %}
{% endfor %}

with

columns (entity, column_name) as (

    values
    {# The linter knows no fields. #}
    {% if not columns %}
    ('', '')
    {% endif %}
    {% for entity, column in columns %}
    ('{{ entity }}', '{{ column }}'){{ ',' if not loop.last }}
    {% endfor %}

),

named as (

    select
        'value_maps' as seed,
        entity,
        field as column_name
    from {{ ref('value_maps') }}
    union
    select
        'defaults' as seed,
        entity,
        column_name
    from {{ ref('defaults') }}

)

select named.*
from named
left join columns
    on
        named.entity = columns.entity
        and named.column_name = columns.column_name
where columns.entity is null
