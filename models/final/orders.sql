with

verdict as (

    select * from {{ ref('val_orders') }}
    where key_class = 'migrated'

)

select
    id,
    client_id,
    site_id,
    product_id,
    employee_id,
    order_number,
    customer_name,
    customer_email,
    customer_employee_id,
    status,
    total_amount,
    currency,
    shipping_address,
    tracking_number,
    items,
    metadata,
    notes,
    created_at,
    updated_at,
    confirmed_at,
    shipped_at,
    delivered_at,
    cancelled_at
from verdict
