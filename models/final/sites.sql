with

verdict as (

    select * from {{ ref('val_sites') }}
    where key_class = 'migrated'

)

select
    id,
    client_id,
    catalog_id,
    name,
    unique_slug as slug,
    status,
    validation_methods,
    branding,
    selection_start_date,
    selection_end_date,
    site_code,
    site_erp_integration,
    site_erp_instance,
    site_ship_from_country,
    site_hris_system,
    site_drop_down_name,
    site_custom_domain_url,
    site_account_manager,
    site_account_manager_email,
    site_celebrations_enabled,
    allow_session_timeout_extend,
    enable_employee_log_report,
    regional_client_info,
    disable_direct_access_auth,
    sso_provider,
    sso_client_office_name,
    created_at,
    updated_at
from verdict
