{{ config(materialized='view') }}

with

derived as (

    select
        source_key as list_key,
        pattern,
        entity,
        key_id,
        document
    from {{ ref('stg_kv__keys') }}
    where
        key_class = 'derived'
        and entity is not null

),

{# A list of ids or of whole records. #}
listed as (

    select
        derived.list_key,
        derived.entity,
        element.ordinal::integer as ordinal,
        case jsonb_typeof(element.document)
            when 'object' then element.document ->> 'id'
            when 'string' then element.document #>> '{}'
            when 'number' then element.document #>> '{}'
        end as member,
        null::text as slug
    from derived
    cross join
        jsonb_array_elements(derived.document) with ordinality as element (document, ordinal)
    where jsonb_typeof(derived.document) = 'array'

),

{# A lookup: the site that has a slug. #}
looked_up as (

    select
        list_key,
        entity,
        1 as ordinal,
        document ->> 'siteId' as member,
        split_part(list_key, ':slug:', 2) as slug
    from derived
    where
        list_key ~ '^sites?:slug:'
        and jsonb_typeof(document) = 'object'

)

select
    list_key,
    entity,
    ordinal,
    member,
    slug
from listed
union all
select
    list_key,
    entity,
    ordinal,
    member,
    slug
from looked_up
