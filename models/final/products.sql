with

verdict as (

    select * from {{ ref('val_products') }}
    where key_class = 'migrated'

)

select
    id,
    placed_catalog_id as catalog_id,
    unique_sku as sku,
    external_id,
    external_sku,
    name,
    description,
    category,
    brand,
    price,
    cost,
    msrp,
    currency,
    images,
    image_url,
    features,
    specifications,
    available_quantity,
    track_inventory,
    status,
    sync_status,
    sync_notes,
    last_synced_at,
    created_at,
    updated_at
from verdict
