with

ledger as (

    select * from {{ ref('key_ledger') }}
    where key_class = 'rejected'

),

keys as (

    select * from {{ ref('stg_kv__keys') }}

)

select
    ledger.entity,
    ledger.source_key,
    ledger.reject_codes,
    ledger.root_key,
    ledger.winner_key,
    keys.document
from ledger
inner join keys on ledger.source_key = keys.source_key
