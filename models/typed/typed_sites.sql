with

{# `offset 0`: each extraction and each cast is computed once, not wherever its column is named. #}
staged as (

    select
        *,
        convert_to(spelling, 'UTF8') as choices
    from {{ ref('stg_kv__sites') }}
    offset 0

),

typed as (

    select
        *,
        {{ target_id('sites', 'record_id') }} as id,
        {{ target_id('clients', 'client_id_raw') }} as client_id,
        {{ target_id('catalogs', 'catalog_id_raw') }} as stated_catalog_id,
        {# The application's own way from a name to a slug. #}
        nullif(
            btrim(regexp_replace(lower(name collate "C"), '[^a-z0-9]+', '-', 'g'), '-'),
            ''
        ) as name_slug,
        case jsonb_typeof(validation_methods)
            when 'string' then jsonb_build_array(validation_methods)
            else coalesce(validation_methods, '[]')
        end as method_list,
        coalesce(
            {{ value_map('sites', 'status') }} ->> status,
            status,
            {{ word_of_flag('isActive', 'active', 'inactive') }},
            {{ default_of('sites', 'status') }}
        ) as typed_status,
        {{ to_boolean('site_celebrations_enabled_raw') }} as site_celebrations_enabled,
        {{ to_boolean('allow_session_timeout_extend_raw') }} as allow_session_timeout_extend,
        {{ to_boolean('enable_employee_log_report_raw') }} as enable_employee_log_report,
        {{ to_boolean('disable_direct_access_auth_raw') }} as disable_direct_access_auth,
        {{ to_instant('selection_start_date_raw') }} as selection_start_date,
        {{ to_instant('selection_end_date_raw') }} as selection_end_date,
        {{ instant_in_id('record_id') }} as id_instant,
        {{ default_instant('sites') }} as default_instant,
        {{ to_instant('created_at_raw') }} as stated_created_at,
        {{ to_instant('updated_at_raw') }} as stated_updated_at
    from staged
    offset 0

)

select
    ---------- ids
    source_key,
    id,
    record_id,
    client_id,
    client_id_raw,
    stated_catalog_id,
    catalog_id_raw,

    ---------- text
    name,
    coalesce(slug, name_slug) as slug,
    slug is null as slug_is_derived,
    typed_status as status,
    site_code,
    site_erp_integration,
    site_erp_instance,
    site_ship_from_country,
    site_hris_system,
    site_drop_down_name,
    site_custom_domain_url,
    site_account_manager,
    site_account_manager_email,
    sso_provider,
    sso_client_office_name,

    ---------- booleans
    coalesce(site_celebrations_enabled, false) as site_celebrations_enabled,
    site_celebrations_enabled_raw,
    coalesce(allow_session_timeout_extend, false) as allow_session_timeout_extend,
    allow_session_timeout_extend_raw,
    coalesce(enable_employee_log_report, false) as enable_employee_log_report,
    enable_employee_log_report_raw,
    coalesce(disable_direct_access_auth, false) as disable_direct_access_auth,
    disable_direct_access_auth_raw,

    ---------- timestamps
    selection_start_date,
    selection_start_date_raw,
    selection_end_date,
    selection_end_date_raw,
    {{ first_instant() }} as created_at,
    {{ last_instant() }} as updated_at,
    created_at_raw,
    updated_at_raw,

    ---------- json
    method_list as validation_methods,
    coalesce(branding, '{}') as branding,
    coalesce(regional_client_info, '{}') as regional_client_info,

    ---------- verdict
    is_deleted,
    stated_updated_at,
    preference,
    case
        when jsonb_typeof(document) <> 'object' then 'document_malformed'
        else
            nullif(
                concat_ws(
                    ',',
                    {{ common_codes() }},
                    {{ length_codes('slug', 'coalesce(slug, name_slug)') }},
                    case
                        when client_id is null and not {{ is_mistyped('client_id') }}
                            then 'client_id_missing'
                    end,
                    {{ name_codes() }},
                    case
                        when {{ is_mistyped('slug') }} then null
                        when coalesce(slug, name_slug) is null then 'slug_missing'
                        when slug !~ '^[A-Za-z0-9-]+$' then 'slug_malformed'
                    end,
                    {{ word_codes('status', ['draft', 'active', 'inactive'], 'typed_status') }},
                    {{ email_codes('site_account_manager_email') }},
                    {{ boolean_codes('site_celebrations_enabled') }},
                    {{ boolean_codes('allow_session_timeout_extend') }},
                    {{ boolean_codes('enable_employee_log_report') }},
                    {{ boolean_codes('disable_direct_access_auth') }},
                    case
                        when jsonb_typeof(method_list) <> 'array'
                            then 'validation_methods_malformed'
                    end,
                    {{ json_codes('branding') }},
                    {{ json_codes('regional_client_info') }},
                    {{ instant_codes('selection_start_date') }},
                    {{ instant_codes('selection_end_date') }},
                    case
                        when selection_start_date >= selection_end_date
                            then 'selection_end_date_out_of_range'
                    end
                ),
                ''
            )
    end as row_codes,
    {{ row_changes(
        'sites',
        values={
            'id': ['id', 'record_id'],
            'status': 'typed_status',
            'catalog_id': ['stated_catalog_id', 'catalog_id_raw'],
            'slug': 'coalesce(slug, name_slug)',
            'validation_methods': 'method_list',
            'branding': "coalesce(branding, '{}')",
            'regional_client_info': "coalesce(regional_client_info, '{}')",
            'site_celebrations_enabled': 'coalesce(site_celebrations_enabled, false)',
            'allow_session_timeout_extend': 'coalesce(allow_session_timeout_extend, false)',
            'enable_employee_log_report': 'coalesce(enable_employee_log_report, false)',
            'disable_direct_access_auth': 'coalesce(disable_direct_access_auth, false)',
            'created_at': first_instant(),
            'updated_at': last_instant()
        },
        rules={
            'id': id_rule(),
            'slug': unstated('slug', 'from_name'),
            'validation_methods':
                "case when jsonb_typeof(validation_methods) = 'string' then 'as_list' end",
            'status': status_rule(['isActive']),
            'created_at': created_at_rule(),
            'updated_at': updated_at_rule()
        }
    ) }} as changes,
    spelling,
    leftovers,
    document_changes
from typed
