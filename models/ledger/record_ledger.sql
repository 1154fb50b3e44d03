{{ config(materialized='view') }}

with

keys as not materialized (

    select * from {{ ref('key_ledger') }}

),

elements as (

    select * from {{ ref('element_ledger') }}

)

select
    source_key,
    source_key as store_key,
    null::integer as ordinal,
    source_hash,
    environment,
    entity,
    key_class,
    target_id,
    record_id,
    reject_codes,
    winner_key,
    root_key,
    spelling
from keys
where key_class in ('migrated', 'merged', 'rejected', 'soft_deleted')
union all
select
    elements.source_key,
    elements.list_key as store_key,
    elements.ordinal,
    keys.source_hash,
    keys.environment,
    elements.entity,
    elements.key_class,
    elements.target_id,
    elements.record_id,
    elements.reject_codes,
    elements.winner_key,
    elements.root_key,
    elements.spelling
from elements
inner join keys on elements.list_key = keys.source_key
