-- A merged key names a winner that is not merged itself, and a root names a key of the
-- capture that did not migrate: else a reader who follows the trail ends nowhere. A live row
-- may hold a taken value.
with

ledger as not materialized (

    select * from {{ ref('record_ledger') }}

)

select
    ledger.source_key,
    ledger.winner_key,
    ledger.root_key
from ledger
left join ledger as winner on ledger.winner_key = winner.source_key
left join ledger as root on ledger.root_key = root.source_key
where
    (
        ledger.key_class = 'merged'
        and coalesce(winner.key_class, 'merged') = 'merged'
    )
    or (
        ledger.winner_key is not null
        and winner.source_key is null
        and ledger.winner_key not like 'the live row %'
    )
    or (
        ledger.root_key is not null
        and coalesce(root.key_class, 'migrated') not in ('rejected', 'soft_deleted')
    )
