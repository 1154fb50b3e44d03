with

ledger as (

    select * from {{ ref('record_ledger') }}
    where key_class = 'rejected'

),

documents as (

    select * from {{ ref('stg_kv__records') }}

)

select
    ledger.entity,
    ledger.source_key,
    ledger.reject_codes,
    ledger.root_key,
    ledger.winner_key,
    documents.document
from ledger
inner join documents on ledger.source_key = documents.source_key
