with

verdict as (

    select * from {{ ref('val_clients') }}
    where key_class = 'migrated'

)

select
    id,
    name,
    contact_email,
    status,
    client_code,
    client_region,
    client_source_code,
    client_contact_name,
    client_contact_phone,
    client_tax_id,
    client_address_line_1,
    client_address_line_2,
    client_address_line_3,
    client_city,
    client_postal_code,
    client_country_state,
    client_country,
    client_account_manager,
    client_account_manager_email,
    client_implementation_manager,
    client_implementation_manager_email,
    technology_owner,
    technology_owner_email,
    client_url,
    client_allow_session_timeout_extend,
    client_authentication_method,
    client_custom_url,
    client_has_employee_data,
    client_invoice_type,
    client_invoice_template_type,
    client_po_type,
    client_po_number,
    client_erp_system,
    client_sso,
    client_hris_system,
    created_at,
    updated_at
from verdict
