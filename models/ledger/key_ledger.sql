{# What changed is found before the ledger of the run before is replaced. #}
{{ config(pre_hook="select 1 from {{ ref('key_changes') }} limit 0") }}

with

{# A key may be called like an element of a list, `gifts:all:1`: only records have a verdict. #}
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
    {# What a list is of is no entity of its own. #}
    case when keys.key_class in ('record', 'other_environment') then keys.entity end as entity,
    keys.environment,
    coalesce(verdicts.key_class, keys.key_class) as key_class,
    verdicts.target_id,
    verdicts.record_id,
    verdicts.reject_codes,
    verdicts.winner_key,
    verdicts.root_key,
    verdicts.spelling,
    keys.key_id is not null and keys.key_id <> verdicts.record_id as is_id_other_than_key
from keys
left join verdicts
    on
        keys.source_key = verdicts.source_key
        and keys.key_class = 'record'
