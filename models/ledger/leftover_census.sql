{{ config(materialized='view') }}

with

leftovers as (

    select * from {{ ref('leftovers') }}

),

{# Names that a column is read from: such a field stands beside another spelling of it. #}
spellings as (

    select distinct
        entity,
        field,
        path[1] as name
    from {{ ref('field_paths') }}
    where cardinality(path) = 1

)

select
    leftovers.entity,
    member.key as field,
    spellings.field as other_spelling_of,
    count(*) as records
from leftovers
cross join jsonb_each(leftovers.fields) as member
left join spellings
    on
        leftovers.entity = spellings.entity
        and member.key = spellings.name
group by leftovers.entity, member.key, spellings.field
