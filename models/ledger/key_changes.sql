with

keys as not materialized (

    select
        source_key,
        source_hash
    from {{ ref('stg_kv__keys') }}

),

before as (

    {{ ledger_before() }}

),

{# Before a first run nothing is new. #}
known as (

    select count(*) as key_count from before

),

{# Keys that went in earlier runs are remembered until they come again. #}
remembered as (

    {{ gone_before() }}

)

select
    coalesce(keys.source_key, before.source_key) as source_key,
    case
        when before.source_key is null then 'new'
        when keys.source_key is null then 'gone'
        else 'changed'
    end as change,
    before.entity,
    before.key_class,
    before.target_id,
    '{{ run_id() }}' as run_id
from keys
full join before on keys.source_key = before.source_key
where
    keys.source_hash is distinct from before.source_hash
    and (select known.key_count from known) > 0
union all
select
    remembered.source_key,
    'gone' as change,
    remembered.entity,
    remembered.key_class,
    remembered.target_id,
    remembered.run_id
from remembered
left join keys on remembered.source_key = keys.source_key
left join before on remembered.source_key = before.source_key
where
    keys.source_key is null
    and before.source_key is null
