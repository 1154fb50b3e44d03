{{ config(post_hook="{{ delete_outlived() }}") }}

{% set entities = ['clients', 'catalogs', 'sites', 'products', 'employees', 'orders'] %}

with

records as (

    select * from {{ ref('record_ledger') }}

),

key_changes as (

    select * from {{ ref('key_changes') }}

),

{# Rows our runs wrote last and that are still there. #}
written as (

    {% for entity in entities %}
    select
        '{{ entity }}' as entity,
        last_words.id,
        last_words.run_id
    from ({{ last_words("'" ~ entity ~ "'") }}) as last_words
    inner join {{ ref(entity) }} as final on last_words.id = final.id
    where last_words.action <> 'delete'
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

migrated as (

    select * from records
    where key_class = 'migrated'

),

{# No record becomes them now; the default catalog has no key by rule. #}
outlived as (

    select written.*
    from written
    left join migrated
        on
            written.entity = migrated.entity
            and written.id = migrated.target_id
    where
        migrated.target_id is null
        and written.id <> {{ legacy_catalog_id() }}

)

select
    outlived.entity,
    outlived.id,
    outlived.run_id as written_by,
    coalesce(
        (
            select min(records.key_class)
            from records
            where
                records.entity = outlived.entity
                and records.target_id = outlived.id
        ),
        'gone'
    ) as reason,
    (
        select min(key_changes.source_key)
        from key_changes
        where
            key_changes.entity = outlived.entity
            and key_changes.target_id = outlived.id
    ) as source_key,
    'kept' as outcome
from outlived
