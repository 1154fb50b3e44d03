{{ config(post_hook="{{ stop_at_gate() }}") }}

with

keys as not materialized (

    select * from {{ ref('key_ledger') }}

),

records as not materialized (

    select * from {{ ref('record_ledger') }}

),

{# A correction that meets no record would be lost without a word. #}
unmet as (

    select corrections.source_key
    from {{ work_table('corrections') }} as corrections
    left join records on corrections.source_key = records.source_key
    where records.source_key is null

)

select
    (select count(*) from keys) as key_count,
    (select count(*) from records) as record_count,
    (
        select count(*) filter (where key_class = 'rejected')
        from records
    ) as reject_count,
    (
        select count(*) filter (where key_class = 'unclassified')
        from keys
    ) as unclassified_count,
    (
        select string_agg(distinct source_key, ', ' order by source_key)
        from unmet
    ) as unmet_corrections
