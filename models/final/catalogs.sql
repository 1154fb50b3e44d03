with

verdict as (

    select * from {{ ref('val_catalogs') }}
    where key_class = 'migrated'

),

{# The application's own catalog for products without one, where a product or a site needs it. #}
legacy as (

    select
        {{ legacy_catalog_id() }} as id,
        {{ default_instant('catalogs') }} as created_at
    where
        {{ legacy_catalog_id() }} in (
            select placed_catalog_id
            from {{ ref('val_products') }}
            where key_class = 'migrated'
            union all
            select catalog_id
            from {{ ref('val_sites') }}
            where key_class = 'migrated'
        )
        and {{ legacy_catalog_id() }} not in (select id from verdict)

)

select
    id,
    name,
    description,
    type,
    status,
    source,
    settings,
    managed_by,
    owner_id,
    total_products,
    active_products,
    last_synced_at,
    next_sync_at,
    created_at,
    updated_at
from verdict
union all
select
    id,
    'Legacy default catalog' as name,
    null as description,
    'manual' as type,
    'active' as status,
    '{}' as source,
    '{}' as settings,
    null as managed_by,
    null as owner_id,
    0 as total_products,
    0 as active_products,
    null as last_synced_at,
    null as next_sync_at,
    created_at,
    created_at as updated_at
from legacy
