with

keys as (

    select * from {{ ref('stg_kv__keys') }}
    where key_class = 'record'

),

elements as (

    select * from {{ ref('stg_kv__elements') }}

)

select
    source_key,
    entity,
    key_site,
    key_id,
    preference,
    document,
    document_changes
from keys
union all
select
    source_key,
    entity,
    null as key_site,
    null as key_id,
    preference,
    document,
    document_changes
from elements
