{{ config(materialized='view') }}

with

typed as (

    select * from {{ ref('typed_products') }}

),

crossed as (

    select * from {{ ref('cross_products') }}

)

select
    typed.*,
    coalesce(crossed.catalog_id, typed.catalog_id) as placed_catalog_id,
    coalesce(crossed.numbered_sku, typed.sku) as unique_sku,
    {{ verdict_columns() }}
from typed
left join crossed on typed.source_key = crossed.source_key
