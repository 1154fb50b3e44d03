{{ config(materialized='view') }}

with

recorded as (

    select * from {{ ref('recorded_changes') }}

),

ledger as (

    select * from {{ ref('record_ledger') }}
    where key_class = 'migrated'

),

{# A column that no document states has what the table itself gives: the spelling tells which. #}
given as (

    select distinct
        entity,
        field,
        place,
        column_default
    from {{ ref('field_paths') }}
    where column_default is not null

),

of_tables as (

    select
        ledger.source_key,
        ledger.entity,
        given.field,
        given.column_default
    from ledger
    inner join given
        on
            ledger.entity = given.entity
            and substr(ledger.spelling, given.place, 1) = '0'
    left join recorded
        on
            ledger.source_key = recorded.source_key
            and given.field = recorded.field
    where recorded.source_key is null

)

select
    source_key,
    entity,
    field,
    before,
    after,
    rule
from recorded
union all
select
    source_key,
    entity,
    field,
    null as before,
    column_default as after,
    'column_default' as rule
from of_tables
