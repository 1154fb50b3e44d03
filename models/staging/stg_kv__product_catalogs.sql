with

lists as (

    select
        source_key,
        key_id,
        document
    from {{ ref('stg_kv__keys') }}
    where
        gives = 'products.catalog_id'
        and jsonb_typeof(document) = 'array'

),

members as (

    select
        {{ target_id('products', "(member.document #>> '{}')") }} as product_id,
        {{ target_id('catalogs', 'lists.key_id') }} as catalog_id
    from lists
    cross join jsonb_array_elements(lists.document) as member (document)
    where jsonb_typeof(member.document) in ('string', 'number')

)

{# A gift that several catalogs list says nothing about its own. #}
select
    product_id,
    min(catalog_id::text)::uuid as catalog_id
from members
group by product_id
having count(distinct catalog_id) = 1
