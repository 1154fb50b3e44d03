with

typed as not materialized (

    select * from {{ ref('typed_sites') }}

),

clients as (

    select * from {{ ref('val_clients') }}
    where key_class <> 'merged'

),

catalogs as (

    select * from {{ ref('val_catalogs') }}
    where key_class <> 'merged'

),

live_clients as (

    {{ live_ids('clients') }}

),

live_catalogs as (

    {{ live_catalog_ids() }}

),

merged as (

    {{ merged_records('typed') }}

),

{# Where the document names no catalog, the site's configuration does. #}
wanted as (

    select
        typed.source_key,
        coalesce(typed.stated_catalog_id, configured.catalog_id) as catalog_id,
        typed.stated_catalog_id is null as is_configured
    from typed
    left join {{ ref('stg_kv__site_catalogs') }} as configured on typed.id = configured.site_id

),

related as (

    select
        typed.source_key,
        wanted.is_configured,
        {{ is_unmapped('client', 'typed.client_id_raw') }} as is_client_unmapped,
        {{ is_unmapped('catalog', 'typed.catalog_id_raw') }} as is_catalog_unmapped,
        {{ parent_codes('client', 'typed.client_id') }} as client_codes,
        {{ reference_codes('catalog') }} as catalog_codes,
        coalesce(client.root_key, client.source_key) as client_root_key,
        coalesce(catalog.root_key, catalog.source_key) as catalog_root_key,
        case
            when
                live_catalog.id is not null
                or coalesce(catalog.key_class, 'unknown') not in ('unknown', 'soft_deleted')
                then wanted.catalog_id
        end as catalog_id
    from typed
    inner join wanted on typed.source_key = wanted.source_key
    left join clients as client on typed.client_id = client.id
    left join live_clients as live_client on typed.client_id = live_client.id
    left join catalogs as catalog on wanted.catalog_id = catalog.id
    left join live_catalogs as live_catalog on wanted.catalog_id = live_catalog.id

),

{# Only records that nothing else speaks against claim a slug. #}
clean as (

    select
        typed.id,
        typed.source_key,
        '' as scope,
        typed.slug as value,
        typed.slug_is_derived as is_derived,
        typed.created_at
    from typed
    inner join related on typed.source_key = related.source_key
    where
        typed.row_codes is null
        and not typed.is_deleted
        and coalesce(related.client_codes, related.catalog_codes) is null
        and typed.source_key not in (select merged.source_key from merged)

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
    {{ live_claims('sites', 'slug') }}

),

claims as (

    select
        *,
        is_derived
        and row_number() over (
            partition by value
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
    merged.source_key is not null as is_merged,
    coalesce(merged.winner_key, taken.holder_key) as winner_key,
    nullif(
        concat_ws(
            ',',
            related.client_codes,
            related.catalog_codes,
            case when taken.source_key is not null then 'slug_taken' end
        ),
        ''
    ) as cross_codes,
    case
        when related.client_codes in ('client_rejected', 'client_deleted')
            then related.client_root_key
        when related.catalog_codes is not null then related.catalog_root_key
    end as root_key,
    {{ cross_changes([
        ['related.is_client_unmapped', 'client_id', 'typed.client_id', "'live_parent'"],
        [
            'related.catalog_id is null and typed.stated_catalog_id is not null',
            'catalog_id', 'null::uuid', "'dropped'"
        ],
        [
            'related.catalog_id is not null and related.is_configured',
            'catalog_id', 'related.catalog_id', "'from_catalog_config'"
        ],
        [
            'related.catalog_id is not null and related.is_catalog_unmapped',
            'catalog_id', 'related.catalog_id', "'live_parent'"
        ],
        ['renamed.source_key is not null', 'slug', 'renamed.value', "'numbered'"]
    ]) }} as cross_changes,
    related.catalog_id,
    renamed.value as numbered_slug
from typed
inner join related on typed.source_key = related.source_key
left join merged on typed.source_key = merged.source_key
left join taken on typed.source_key = taken.source_key
left join renamed on typed.source_key = renamed.source_key
