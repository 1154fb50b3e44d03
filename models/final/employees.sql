with

verdict as (

    select * from {{ ref('val_employees') }}
    where key_class = 'migrated'

)

select
    id,
    site_id,
    unique_employee_id as employee_id,
    email,
    serial_card_number,
    first_name,
    last_name,
    status,
    created_at,
    updated_at
from verdict
