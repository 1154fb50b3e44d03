-- The capture keeps the documents of records that are to be judged, of lists and lookups, and of
-- what says something about records; of nothing else. Sessions, password resets and connections
-- hold secrets; without this a wrong pattern could copy them into tables of ours.
select
    source_key,
    key_class
from {{ ref('stg_kv__keys') }}
where
    key_class not in ('record', 'derived')
    and gives is null
    and document is not null
