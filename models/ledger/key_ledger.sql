with

keys as (

    select * from {{ ref('stg_kv__keys') }}

),

verdicts as (

    select * from {{ ref('verdicts') }}

)

select
    keys.source_key,
    keys.source_hash,
    keys.family,
    keys.entity,
    keys.environment,
    coalesce(verdicts.key_class, keys.key_class) as key_class,
    verdicts.target_id,
    verdicts.reject_codes,
    verdicts.winner_key,
    verdicts.root_key,
    verdicts.change_rules
from keys
left join verdicts on keys.source_key = verdicts.source_key
