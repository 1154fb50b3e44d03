{{ config(materialized='view') }}

with

typed as (

    select * from {{ ref('typed_sites') }}

),

crossed as (

    select * from {{ ref('cross_sites') }}

)

select
    typed.*,
    crossed.catalog_id,
    coalesce(crossed.numbered_slug, typed.slug) as unique_slug,
    {{ verdict_columns() }}
from typed
left join crossed on typed.source_key = crossed.source_key
