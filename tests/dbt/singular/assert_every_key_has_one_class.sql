-- The law of the house: every key of the capture stands in the ledger once, with a class,
-- and the ledger holds no other key. A join that loses or doubles a record would break it
-- silently.
with

captured as (

    select
        source_key,
        count(*) as capture_count
    from {{ ref('stg_kv__keys') }}
    group by source_key

),

classed as (

    select
        source_key,
        count(*) as ledger_count,
        count(key_class) as class_count
    from {{ ref('key_ledger') }}
    group by source_key

)

select
    captured.capture_count,
    classed.ledger_count,
    classed.class_count,
    coalesce(captured.source_key, classed.source_key) as source_key
from captured
full outer join classed on captured.source_key = classed.source_key
where
    captured.capture_count is distinct from 1
    or classed.ledger_count is distinct from 1
    or classed.class_count is distinct from 1
