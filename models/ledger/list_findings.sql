{{ config(materialized='view') }}

with

members as (

    select * from {{ ref('list_members') }}

),

{# A deleted record is found by the key scan, and need not be listed. #}
records as (

    select
        entity,
        record_id,
        bool_and(key_class = 'soft_deleted') as is_deleted
    from {{ ref('record_ledger') }}
    group by entity, record_id

),

slugs as (

    select
        record_id,
        unique_slug
    from {{ ref('val_sites') }}
    where key_class = 'migrated'

),

{# Only the lists of a whole entity claim to be complete. #}
complete_lists as (

    select
        source_key as list_key,
        entity
    from {{ ref('stg_kv__keys') }}
    where
        key_class = 'derived'
        and source_key like '%:all'
        and jsonb_typeof(document) = 'array'

)

select
    members.list_key,
    members.member,
    case
        when members.member is null then 'member_malformed'
        else 'listed_but_absent'
    end as finding
from members
left join records
    on
        members.entity = records.entity
        and members.member = records.record_id
where records.record_id is null
union all
select
    members.list_key,
    members.member,
    'lookup_disagrees' as finding
from members
inner join slugs on members.member = slugs.record_id
where members.slug <> slugs.unique_slug
union all
select
    complete_lists.list_key,
    records.record_id as member,
    'present_but_unlisted' as finding
from complete_lists
inner join records on complete_lists.entity = records.entity
left join members
    on
        complete_lists.list_key = members.list_key
        and records.record_id = members.member
where
    members.list_key is null
    and records.record_id is not null
    and not records.is_deleted
