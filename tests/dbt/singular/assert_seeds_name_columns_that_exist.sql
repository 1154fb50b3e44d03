-- What a user edits speaks of columns that are there: a rule for a table or a column misspelt would
-- apply to nothing, silently.
with

columns (entity, column_name) as (

    values
    {% for entity, types in var('fields').items() %}
    {% set last_entity = loop.last %}
    {% for names in types.values() %}
    {% set last_type = loop.last %}
    {% for name in names %}
    ('{{ entity }}', '{{ name }}'){{ ',' if not (last_entity and last_type and loop.last) }}
    {% endfor %}
    {% endfor %}
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
