-- A key is rejected if and only if it has a reason, merged only with a winner, and only a
-- rejected one has a root. Else the counts by class and the counts by reason would tell two
-- stories.
select
    source_key,
    key_class,
    reject_codes,
    winner_key,
    root_key
from {{ ref('key_ledger') }}
where
    (key_class = 'rejected') <> (reject_codes is not null)
    or (key_class = 'merged' and winner_key is null)
    or (key_class <> 'rejected' and root_key is not null)
    or (key_class = 'migrated' and target_id is null)
    or (key_class in ('migrated', 'merged', 'rejected', 'soft_deleted')) <> (
        entity is not null and key_class <> 'other_environment'
    )
