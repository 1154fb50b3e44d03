with

typed as (

    select * from {{ ref('typed_products') }}

),

catalogs as (

    select * from {{ ref('val_catalogs') }}
    where key_class <> 'merged'

),

live_catalogs as (

    {{ live_ids('catalogs') }}

    {# The default catalog counts as there: the final table creates it when it is needed. #}
    union
    select legacy.id
    from (select {{ legacy_catalog_id() }} as id) as legacy
    left join catalogs on legacy.id = catalogs.id
    where catalogs.id is null

),

merged as (

    {{ merged_records('typed') }}

),

related as (

    select
        typed.source_key,
        {{ parent_codes('catalog', 'typed.catalog_id') }} as catalog_codes,
        coalesce(catalog.root_key, catalog.source_key) as catalog_root_key
    from typed
    left join catalogs as catalog on typed.catalog_id = catalog.id
    left join live_catalogs as live_catalog on typed.catalog_id = live_catalog.id

),

{# Only records that nothing else speaks against claim a SKU. #}
clean as (

    select
        typed.id,
        typed.source_key,
        typed.catalog_id as scope,
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
    case when renamed.source_key is not null then 'sku:numbered' end as cross_rules,
    renamed.value as numbered_sku
from typed
inner join related on typed.source_key = related.source_key
left join merged on typed.source_key = merged.source_key
left join taken on typed.source_key = taken.source_key
left join renamed on typed.source_key = renamed.source_key
where
    coalesce(
        merged.source_key, taken.source_key, renamed.source_key, related.catalog_codes
    ) is not null
