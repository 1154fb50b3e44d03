with

verdicts as (

    select * from {{ ref('verdicts') }}
    where
        key_class = 'migrated'
        and coalesce(changes, cross_changes, document_changes) is not null

),

documents as (

    select * from {{ ref('stg_kv__records') }}

),

listed as (

    select
        verdicts.entity,
        verdicts.source_key,
        verdicts.spelling,
        entry.value as entry,
        1 as turn
    from verdicts
    cross join jsonb_array_elements(verdicts.cross_changes) as entry
    union all
    select
        verdicts.entity,
        verdicts.source_key,
        verdicts.spelling,
        entry.value as entry,
        2 as turn
    from verdicts
    cross join jsonb_array_elements(verdicts.changes) as entry

),

{# What other rows tell of a column stands in place of what the row itself tells. #}
entries as (

    select distinct on (source_key, entry ->> 0)
        entity,
        source_key,
        spelling,
        entry ->> 0 as field,
        nullif(entry -> 1, 'null') as after,
        entry ->> 2 as rule
    from listed
    order by source_key, entry ->> 0, turn

),

of_columns as (

    select
        entries.source_key,
        entries.entity,
        entries.field,
        documents.document #> paths.path as before,
        entries.after,
        entries.rule
    from entries
    inner join documents on entries.source_key = documents.source_key
    left join {{ ref('field_paths') }} as paths
        on
            entries.entity = paths.entity
            and entries.field = paths.field
            and substr(entries.spelling, paths.place, 1) = paths.choice
            and not paths.is_implied

),

of_documents as (

    select
        verdicts.source_key,
        verdicts.entity,
        entry.value ->> 0 as field,
        entry.value -> 3 as before,
        entry.value -> 1 as after,
        entry.value ->> 2 as rule
    from verdicts
    cross join jsonb_array_elements(verdicts.document_changes) as entry

)

select
    source_key,
    entity,
    field,
    before,
    after,
    rule
from of_columns
where before is distinct from after
union all
select
    source_key,
    entity,
    field,
    before,
    after,
    rule
from of_documents
