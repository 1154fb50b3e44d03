{{ config(materialized='view') }}

with

typed as (

    select * from {{ ref('typed_clients') }}

),

crossed as (

    select * from {{ ref('cross_clients') }}

)

select
    typed.*,
    {{ verdict_columns() }}
from typed
left join crossed on typed.source_key = crossed.source_key
