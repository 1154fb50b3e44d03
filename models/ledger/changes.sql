{{ config(materialized='view') }}

with

ledger as (

    select * from {{ ref('key_ledger') }}
    where
        key_class = 'migrated'
        and change_rules is not null

)

select
    ledger.source_key,
    ledger.entity,
    split_part(change, ':', 1) as column_name,
    split_part(change, ':', 2) as rule
from ledger
cross join string_to_table(ledger.change_rules, ',') as change
