with

{# `offset 0`: each extraction and each cast is computed once, not wherever its column is named. #}
staged as (

    select
        *,
        convert_to(spelling, 'UTF8') as choices
    from {{ ref('stg_kv__clients') }}
    offset 0

),

typed as (

    select
        *,
        {{ target_id('clients', 'record_id') }} as id,
        coalesce(
            {{ value_map('clients', 'status') }} ->> status,
            status,
            {{ word_of_flag('isActive', 'active', 'inactive') }},
            {{ default_of('clients', 'status') }}
        ) as typed_status,
        {{ to_boolean('client_allow_session_timeout_extend_raw') }}
            as client_allow_session_timeout_extend,
        {{ to_boolean('client_has_employee_data_raw') }} as client_has_employee_data,
        {{ instant_in_id('record_id') }} as id_instant,
        {{ default_instant('clients') }} as default_instant,
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

    ---------- text
    name,
    contact_email,
    typed_status as status,
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
    client_authentication_method,
    client_custom_url,
    client_invoice_type,
    client_invoice_template_type,
    client_po_type,
    client_po_number,
    client_erp_system,
    client_sso,
    client_hris_system,

    ---------- booleans
    coalesce(client_allow_session_timeout_extend, false) as client_allow_session_timeout_extend,
    client_allow_session_timeout_extend_raw,
    coalesce(client_has_employee_data, false) as client_has_employee_data,
    client_has_employee_data_raw,

    ---------- timestamps
    {{ first_instant() }} as created_at,
    {{ last_instant() }} as updated_at,
    created_at_raw,
    updated_at_raw,

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
                    {{ length_codes('client_code') }},
                    {{ name_codes() }},
                    {{ email_codes('contact_email', required=true, has_check=true) }},
                    {{ word_codes('status', ['active', 'inactive'], 'typed_status') }},
                    {{ email_codes('client_account_manager_email') }},
                    {{ email_codes('client_implementation_manager_email') }},
                    {{ email_codes('technology_owner_email') }},
                    {{ boolean_codes('client_allow_session_timeout_extend') }},
                    {{ boolean_codes('client_has_employee_data') }}
                ),
                ''
            )
    end as row_codes,
    {{ row_changes(
        'clients',
        values={
            'id': ['id', 'record_id'],
            'status': 'typed_status',
            'client_allow_session_timeout_extend':
                'coalesce(client_allow_session_timeout_extend, false)',
            'client_has_employee_data': 'coalesce(client_has_employee_data, false)',
            'created_at': first_instant(),
            'updated_at': last_instant()
        },
        rules={
            'id': id_rule(),
            'status': status_rule(['isActive']),
            'created_at': created_at_rule(),
            'updated_at': updated_at_rule()
        }
    ) }} as changes,
    spelling,
    leftovers,
    document_changes
from typed
