{{ config(materialized='view') }}

with

members as (

    select
        leftovers.source_key,
        leftovers.entity,
        member.key as field,
        member.value
    from {{ ref('leftovers') }} as leftovers
    cross join jsonb_each(leftovers.fields) as member

),

paths as (

    select * from {{ ref('field_paths') }}

),

ledger as (

    select * from {{ ref('record_ledger') }}

),

records as (

    select * from {{ ref('stg_kv__records') }}

),

{# A name that a column is read from stands beside another spelling of it in the same document. #}
second_spellings as (

    select
        members.source_key,
        members.field,
        named.field as other_spelling_of,
        members.value <> records.document #> used.path as is_unequal
    from members
    inner join paths as named
        on
            members.entity = named.entity
            and named.path = array[members.field]
    inner join ledger on members.source_key = ledger.source_key
    inner join paths as used
        on
            named.entity = used.entity
            and named.field = used.field
            and substr(ledger.spelling, used.place, 1) = used.choice
    inner join records on members.source_key = records.source_key

)

select
    members.entity,
    members.field,
    second_spellings.other_spelling_of,
    count(*) as records,
    count(*) filter (where second_spellings.is_unequal) as unequal_records
from members
left join second_spellings
    on
        members.source_key = second_spellings.source_key
        and members.field = second_spellings.field
group by members.entity, members.field, second_spellings.other_spelling_of
