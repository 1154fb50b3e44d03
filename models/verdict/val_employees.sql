{{ config(materialized='view') }}

with

typed as (

    select * from {{ ref('typed_employees') }}

),

crossed as (

    select * from {{ ref('cross_employees') }}

)

select
    typed.*,
    coalesce(crossed.numbered_employee_id, typed.employee_id) as unique_employee_id,
    {{ verdict_columns() }}
from typed
left join crossed on typed.source_key = crossed.source_key
