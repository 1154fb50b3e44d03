{{ config(materialized='view') }}

with

typed as (

    select * from {{ ref('typed_catalogs') }}

),

crossed as (

    select * from {{ ref('cross_catalogs') }}

)

select
    typed.*,
    crossed.owner_id,
    {{ verdict_columns() }}
from typed
left join crossed on typed.source_key = crossed.source_key
