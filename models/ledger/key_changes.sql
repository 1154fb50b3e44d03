{# The ledger of the run before, which this run will replace; a dry run reads the real one as well. #}
{%- set ledger = adapter.get_relation(target.database, target.schema, 'key_ledger') if execute -%}
{%- set changes = adapter.get_relation(target.database, target.schema, 'key_changes') if execute -%}

with

keys as (

    select
        source_key,
        source_hash
    from {{ ref('stg_kv__keys') }}

),

before as (

    {% if ledger %}
    select
        source_key,
        source_hash,
        entity,
        key_class,
        target_id
    from {{ ledger }}
    {% else %}
    select
        null::text as source_key,
        null::uuid as source_hash,
        null::text as entity,
        null::text as key_class,
        null::uuid as target_id
    where false
    {% endif %}

),

{# Keys that went in earlier runs are remembered until they come again. #}
remembered as (

    {% if changes %}
    select
        source_key,
        entity,
        key_class,
        target_id,
        run_id
    from {{ changes }}
    where change = 'gone'
    {% else %}
    select
        source_key,
        entity,
        key_class,
        target_id,
        null::text as run_id
    from before
    where false
    {% endif %}

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
    and exists (select before.source_key from before)
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
