with

elements as (

    select * from {{ ref('stg_kv__elements') }}

),

verdicts as (

    select * from {{ ref('verdicts') }}

)

select
    elements.source_key,
    elements.list_key,
    elements.ordinal,
    elements.entity,
    verdicts.key_class,
    verdicts.target_id,
    verdicts.record_id,
    verdicts.reject_codes,
    verdicts.winner_key,
    verdicts.root_key,
    verdicts.spelling
from elements
left join verdicts on elements.source_key = verdicts.source_key
