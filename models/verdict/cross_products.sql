with

typed as not materialized (

    select * from {{ ref('typed_products') }}

),

catalogs as (

    select * from {{ ref('val_catalogs') }}
    where key_class <> 'merged'

),

live_catalogs as (

    {{ live_catalog_ids() }}

),

merged as (

    {{ merged_records('typed') }}

),

known_lists as (

    select
        listed.product_id,
        listed.catalog_id
    from {{ ref('stg_kv__product_catalogs') }} as listed
    where
        listed.catalog_id in (select catalogs.id from catalogs)
        or listed.catalog_id in (select live_catalogs.id from live_catalogs)

),

{# Where the document names no catalog, the one list of a catalog's gifts that names it does, if
   there is such a catalog. #}
placed as (

    select
        typed.source_key,
        case
            when typed.catalog_id_raw is null
                then coalesce(listed.catalog_id, typed.catalog_id)
            else typed.catalog_id
        end as catalog_id,
        typed.catalog_id_raw is null and listed.catalog_id is not null as is_listed
    from typed
    left join known_lists as listed on typed.id = listed.product_id

),

related as (

    select
        typed.source_key,
        placed.catalog_id,
        placed.is_listed,
        {{ is_unmapped('catalog', 'typed.catalog_id_raw') }} as is_unmapped,
        case
            when placed.catalog_id is null then 'catalog_id_missing'
            else {{ parent_codes('catalog', 'placed.catalog_id') }}
        end as catalog_codes,
        coalesce(catalog.root_key, catalog.source_key) as catalog_root_key
    from typed
    inner join placed on typed.source_key = placed.source_key
    left join catalogs as catalog on placed.catalog_id = catalog.id
    left join live_catalogs as live_catalog on placed.catalog_id = live_catalog.id

),

{# Only records that nothing else speaks against claim a SKU. #}
clean as (

    select
        typed.id,
        typed.source_key,
        related.catalog_id as scope,
        typed.sku as value,
        typed.sku_is_derived as is_derived,
        typed.created_at
    from typed
    inner join related on typed.source_key = related.source_key
    where
        typed.row_codes is null
        and not typed.is_deleted
        and related.catalog_codes is null
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
    {{ live_claims('products', 'sku', 'catalog_id') }}

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
    merged.source_key is not null as is_merged,
    coalesce(merged.winner_key, taken.holder_key) as winner_key,
    nullif(
        concat_ws(
            ',',
            related.catalog_codes,
            case when taken.source_key is not null then 'sku_taken' end
        ),
        ''
    ) as cross_codes,
    case
        when related.catalog_codes in ('catalog_rejected', 'catalog_deleted')
            then related.catalog_root_key
    end as root_key,
    {{ cross_changes([
        ['related.is_listed', 'catalog_id', 'related.catalog_id', "'from_catalog_gifts'"],
        ['related.is_unmapped', 'catalog_id', 'related.catalog_id', "'live_parent'"],
        ['renamed.source_key is not null', 'sku', 'renamed.value', "'numbered'"]
    ]) }} as cross_changes,
    related.catalog_id,
    renamed.value as numbered_sku
from typed
inner join related on typed.source_key = related.source_key
left join merged on typed.source_key = merged.source_key
left join taken on typed.source_key = taken.source_key
left join renamed on typed.source_key = renamed.source_key
where
    related.is_listed
    or related.is_unmapped
    or coalesce(
        merged.source_key, taken.source_key, renamed.source_key, related.catalog_codes
    ) is not null
