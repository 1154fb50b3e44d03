{{
    config(
        post_hook={"sql": "{{ delete_outlived() }}", "transaction": false}
    )
}}

with

records as not materialized (

    select * from {{ ref('record_ledger') }}

),

key_changes as (

    select * from {{ ref('key_changes') }}

),

migrated as (

    select * from records
    where key_class = 'migrated'

),

{# Rows our runs wrote that no record becomes now: of all others nothing more is asked. #}
without_record as (

    select distinct
        written_rows.entity,
        written_rows.id
    from {{ work_table('written_rows') }} as written_rows
    left join migrated
        on
            written_rows.entity = migrated.entity
            and written_rows.id = migrated.target_id
    where migrated.target_id is null

),

{# Those our runs wrote last and that are still there; the default catalog has no key by rule. #}
outlived as (

    {% for entity in entities() %}
    select
        '{{ entity }}' as entity,
        last_words.id,
        last_words.run_id
    from ({{ last_words("'" ~ entity ~ "'", among='without_record') }}) as last_words
    inner join {{ ref(entity) }} as final on last_words.id = final.id
    where
        last_words.action <> 'delete'
        and last_words.id <> {{ legacy_catalog_id() }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

now_classed as (

    select
        entity,
        target_id,
        min(key_class) as key_class
    from records
    where key_class <> 'migrated'
    group by entity, target_id

),

known_keys as (

    select
        entity,
        target_id,
        min(source_key) as source_key
    from key_changes
    group by entity, target_id

)

select
    outlived.entity,
    outlived.id,
    outlived.run_id as written_by,
    coalesce(now_classed.key_class, 'gone') as reason,
    known_keys.source_key,
    'kept' as outcome
from outlived
left join now_classed
    on
        outlived.entity = now_classed.entity
        and outlived.id = now_classed.target_id
left join known_keys
    on
        outlived.entity = known_keys.entity
        and outlived.id = known_keys.target_id
