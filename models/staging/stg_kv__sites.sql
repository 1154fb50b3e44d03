with

records as (

    select * from {{ ref('stg_kv__records') }}
    where entity = 'sites'

),

{# `offset 0`: how the document spells its fields is found out once. #}
spelled as (

    select
        *,
        convert_to({{ spelling_of('sites') }}, 'UTF8') as choices
    from records
    offset 0

),

extracted as (

    select
        ---------- ids
        source_key,
        {{ record_id() }} as record_id,
        {{ reference_of('sites', 'client_id') }} as client_id_raw,
        {{ reference_of('sites', 'catalog_id') }} as catalog_id_raw,

        ---------- text
        {{ text_of('sites', 'name') }} as name,
        {{ text_of('sites', 'slug') }} as slug,
        {{ text_of('sites', 'status') }} as status,
        {{ text_of('sites', 'site_code') }} as site_code,
        {{ text_of('sites', 'site_erp_integration') }} as site_erp_integration,
        {{ text_of('sites', 'site_erp_instance') }} as site_erp_instance,
        {{ text_of('sites', 'site_ship_from_country') }} as site_ship_from_country,
        {{ text_of('sites', 'site_hris_system') }} as site_hris_system,
        {{ text_of('sites', 'site_drop_down_name') }} as site_drop_down_name,
        {{ text_of('sites', 'site_custom_domain_url') }} as site_custom_domain_url,
        {{ text_of('sites', 'site_account_manager') }} as site_account_manager,
        {{ text_of('sites', 'site_account_manager_email') }} as site_account_manager_email,
        {{ text_of('sites', 'sso_provider') }} as sso_provider,
        {{ text_of('sites', 'sso_client_office_name') }} as sso_client_office_name,

        ---------- booleans
        {{ text_of('sites', 'site_celebrations_enabled') }} as site_celebrations_enabled_raw,
        {{ text_of('sites', 'allow_session_timeout_extend') }} as allow_session_timeout_extend_raw,
        {{ text_of('sites', 'enable_employee_log_report') }} as enable_employee_log_report_raw,
        {{ text_of('sites', 'disable_direct_access_auth') }} as disable_direct_access_auth_raw,

        ---------- timestamps
        {{ text_of('sites', 'selection_start_date') }} as selection_start_date_raw,
        {{ text_of('sites', 'selection_end_date') }} as selection_end_date_raw,
        {{ text_of('sites', 'created_at') }} as created_at_raw,
        {{ text_of('sites', 'updated_at') }} as updated_at_raw,

        ---------- json
        {{ json_of('sites', 'validation_methods') }} as validation_methods,
        {{ json_of('sites', 'branding') }} as branding,
        {{ json_of('sites', 'regional_client_info') }} as regional_client_info,

        ---------- verdict of the JSON types
        {{ is_deleted() }} as is_deleted,
        concat_ws(
            ',',
            {{ id_faults() }},
            {{ mistyped('sites', 'slug') }},
            {{ mistyped('sites', 'status') }},
            {{ mistyped('sites', 'client_id') }},
            {{ mistyped('sites', 'catalog_id') }},
            {{ mistyped('sites', 'name') }},
            {{ mistyped('sites', 'site_code') }},
            {{ mistyped('sites', 'site_erp_integration') }},
            {{ mistyped('sites', 'site_erp_instance') }},
            {{ mistyped('sites', 'site_ship_from_country') }},
            {{ mistyped('sites', 'site_hris_system') }},
            {{ mistyped('sites', 'site_drop_down_name') }},
            {{ mistyped('sites', 'site_custom_domain_url') }},
            {{ mistyped('sites', 'site_account_manager') }},
            {{ mistyped('sites', 'sso_provider') }},
            {{ mistyped('sites', 'sso_client_office_name') }}
        ) as mistyped_codes,

        ---------- document
        preference,
        convert_from(choices, 'UTF8') as spelling,
        {{ leftovers_of('sites') }} as leftovers,
        document,
        document_changes
    from spelled

)

select * from extracted
