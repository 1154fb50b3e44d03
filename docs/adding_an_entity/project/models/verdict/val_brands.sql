{{ config(materialized='view') }}

with

typed as (

    select * from {{ ref('typed_brands') }}

),

crossed as (

    select * from {{ ref('cross_brands') }}

)

select
    typed.*,
    {{ verdict_columns() }}
from typed
left join crossed on typed.source_key = crossed.source_key
