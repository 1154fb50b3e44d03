-- The capture keeps the documents of records that are to be judged and of nothing else.
-- Sessions, password resets and connections hold secrets; without this a wrong pattern could
-- copy them into tables of ours.
select
    source_key,
    key_class
from {{ ref('stg_kv__keys') }}
where
    key_class <> 'record'
    and document is not null
