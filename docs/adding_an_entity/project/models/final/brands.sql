with

verdict as (

    select * from {{ ref('val_brands') }}
    where key_class = 'migrated'

)

select
    id,
    client_id,
    name,
    status,
    primary_color,
    secondary_color,
    accent_color,
    background_color,
    text_color,
    heading_font,
    body_font,
    logo_url,
    favicon_url,
    contact_name,
    contact_email,
    contact_phone,
    website_url,
    created_at,
    updated_at
from verdict
