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
named_members as (

    select
        members.source_key,
        members.field,
        members.value,
        named.entity,
        named.field as other_spelling_of
    from members
    inner join paths as named
        on
            members.entity = named.entity
            and named.path = array[members.field]

),

{# Materialized: what is left is so little by the planner's estimate that it would read all
   documents anew for every row of it. #}
located as materialized (

    select
        named_members.*,
        ledger.spelling,
        records.document
    from named_members
    inner join ledger on named_members.source_key = ledger.source_key
    inner join records on named_members.source_key = records.source_key

),

second_spellings as (

    select
        located.source_key,
        located.field,
        located.other_spelling_of,
        located.value <> located.document #> used.path as is_unequal
    from located
    inner join paths as used
        on
            located.entity = used.entity
            and located.other_spelling_of = used.field
            and substr(located.spelling, used.place, 1) = used.choice

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
