{{ config(materialized='view') }}

with

ledger as (

    select * from {{ ref('record_ledger') }}

)

select
    entity,
    environment,
    record_id as old_id,
    target_id as new_id,
    source_key
from ledger
where
    key_class = 'migrated'
    and lower(record_id) <> target_id::text
