with

configurations as (

    select
        source_key,
        key_site,
        coalesce(document ->> 'catalogId', document ->> 'catalog_id') as catalog_reference
    from {{ ref('stg_kv__keys') }}
    where
        gives = 'sites.catalog_id'
        and jsonb_typeof(document) = 'object'

),

resolved as (

    select
        source_key,
        {{ target_id('sites', 'key_site') }} as site_id,
        {{ target_id('catalogs', "nullif(btrim(catalog_reference), '')") }} as catalog_id
    from configurations

)

{# Two spellings of one UUID would be two configurations of one site: the smaller key speaks. #}
select distinct on (site_id)
    site_id,
    catalog_id,
    source_key
from resolved
where catalog_id is not null
order by site_id, source_key
