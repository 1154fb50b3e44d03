with

typed as not materialized (

    select * from {{ ref('typed_employees') }}

),

sites as (

    select * from {{ ref('val_sites') }}
    where key_class <> 'merged'

),

live_sites as (

    {{ live_ids('sites') }}

),

same_id as (

    {{ merged_records('typed') }}

),

{# One id at two sites is two people: the second cannot have the first one's row. #}
duplicates as (

    select
        same_id.source_key,
        same_id.winner_key,
        (typed.site_id is not distinct from winner.site_id) as is_merged
    from same_id
    inner join typed on same_id.source_key = typed.source_key
    inner join typed as winner on same_id.winner_key = winner.source_key

),

related as (

    select
        typed.source_key,
        {{ is_unmapped('site', 'typed.site_id_raw') }} as is_unmapped,
        {{ parent_codes('site', 'typed.site_id') }} as site_codes,
        coalesce(site.root_key, site.source_key) as site_root_key
    from typed
    left join sites as site on typed.site_id = site.id
    left join live_sites as live_site on typed.site_id = live_site.id

),

{# Only records that nothing else speaks against claim a number. #}
clean as (

    select
        typed.id,
        typed.source_key,
        typed.site_id as scope,
        typed.employee_id as value,
        typed.employee_id_is_derived as is_derived,
        typed.created_at
    from typed
    inner join related on typed.source_key = related.source_key
    where
        typed.row_codes is null
        and not typed.is_deleted
        and related.site_codes is null
        and typed.source_key not in (select duplicates.source_key from duplicates)

),

candidates as (

    select
        source_key,
        scope,
        value,
        is_derived,
        created_at
    from clean
    union all
    {{ live_claims('employees', 'employee_id', 'site_id') }}

),

claims as (

    select
        *,
        is_derived
        and row_number() over (
            partition by scope, value
            order by is_derived, created_at, source_key
        ) > 1 as is_renamed
    from candidates

),

taken as (

    {{ taken_values('claims') }}

),

renamed as (

    {{ suffixes('claims') }}

)

select
    typed.source_key,
    coalesce(duplicates.is_merged, false) as is_merged,
    coalesce(duplicates.winner_key, taken.holder_key) as winner_key,
    nullif(
        concat_ws(
            ',',
            case when not duplicates.is_merged then 'id_taken' end,
            related.site_codes,
            case when taken.source_key is not null then 'employee_id_taken' end
        ),
        ''
    ) as cross_codes,
    case
        when related.site_codes in ('site_rejected', 'site_deleted')
            then related.site_root_key
    end as root_key,
    {{ cross_changes([
        ['related.is_unmapped', 'site_id', 'typed.site_id', "'live_parent'"],
        ['renamed.source_key is not null', 'employee_id', 'renamed.value', "'numbered'"]
    ]) }} as cross_changes,
    renamed.value as numbered_employee_id
from typed
inner join related on typed.source_key = related.source_key
left join duplicates on typed.source_key = duplicates.source_key
left join taken on typed.source_key = taken.source_key
left join renamed on typed.source_key = renamed.source_key
where
    related.is_unmapped
    or coalesce(
        duplicates.source_key, taken.source_key, renamed.source_key, related.site_codes
    ) is not null
