-- Both ways: a migrated key has its row in the final table, and a row that the last run wrote
-- has a migrated key. Without the first a load could drop rows; without the second it could
-- write what no verdict allows. Rows of earlier runs whose key is gone since are listed by the
-- verifier. The default catalog is created without a key, by rule.

with

ledger as not materialized (

    select * from {{ ref('record_ledger') }}
    where key_class = 'migrated'

),

final as not materialized (

    {% for entity in entities() %}
    select
        '{{ entity }}' as entity,
        id
    from {{ ref(entity) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

written as (

    select
        entity,
        id
    from {{ work_table('written_rows') }}
    where
        run_id = (
            select runs.run_id
            from {{ work_table('runs') }} as runs
            order by runs.started_at desc
            limit 1
        )

),

{# What the application deleted and this run left deleted; and what it held a value of. #}
left_alone as (

    select
        entity,
        id
    from {{ work_table('conflicts') }}
    where
        not is_written
        and run_id = (
            select runs.run_id
            from {{ work_table('runs') }} as runs
            order by runs.started_at desc
            limit 1
        )

),

without_row as (

    select
        ledger.entity,
        ledger.target_id as id,
        'a migrated key without its row' as problem
    from ledger
    left join final
        on
            ledger.entity = final.entity
            and ledger.target_id = final.id
    left join left_alone
        on
            ledger.entity = left_alone.entity
            and ledger.target_id = left_alone.id
    where
        final.id is null
        and left_alone.id is null

),

without_key as (

    select
        final.entity,
        final.id,
        'a row of ours without a migrated key' as problem
    from final
    inner join written
        on
            final.entity = written.entity
            and final.id = written.id
    left join ledger
        on
            final.entity = ledger.entity
            and final.id = ledger.target_id
    where
        ledger.target_id is null
        and final.id <> {{ legacy_catalog_id() }}

)

select * from without_row
union all
select * from without_key
