with

records as (

    select * from {{ ref('stg_kv__records') }}
    where entity = 'clients'

),

{# `offset 0`: how the document spells its fields is found out once. #}
spelled as (

    select
        *,
        convert_to({{ spelling_of('clients') }}, 'UTF8') as choices
    from records
    offset 0

),

extracted as (

    select
        ---------- ids
        source_key,
        {{ record_id() }} as record_id,

        ---------- text
        {{ text_of('clients', 'name') }} as name,
        {{ text_of('clients', 'contact_email') }} as contact_email,
        {{ text_of('clients', 'status') }} as status,
        {{ text_of('clients', 'client_code') }} as client_code,
        {{ text_of('clients', 'client_region') }} as client_region,
        {{ text_of('clients', 'client_source_code') }} as client_source_code,
        {{ text_of('clients', 'client_contact_name') }} as client_contact_name,
        {{ text_of('clients', 'client_contact_phone') }} as client_contact_phone,
        {{ text_of('clients', 'client_tax_id') }} as client_tax_id,
        {{ text_of('clients', 'client_address_line_1') }} as client_address_line_1,
        {{ text_of('clients', 'client_address_line_2') }} as client_address_line_2,
        {{ text_of('clients', 'client_address_line_3') }} as client_address_line_3,
        {{ text_of('clients', 'client_city') }} as client_city,
        {{ text_of('clients', 'client_postal_code') }} as client_postal_code,
        {{ text_of('clients', 'client_country_state') }} as client_country_state,
        {{ text_of('clients', 'client_country') }} as client_country,
        {{ text_of('clients', 'client_account_manager') }} as client_account_manager,
        {{ text_of('clients', 'client_account_manager_email') }} as client_account_manager_email,
        {{ text_of('clients', 'client_implementation_manager') }} as client_implementation_manager,
        {{ text_of('clients', 'client_implementation_manager_email') }}
            as client_implementation_manager_email,
        {{ text_of('clients', 'technology_owner') }} as technology_owner,
        {{ text_of('clients', 'technology_owner_email') }} as technology_owner_email,
        {{ text_of('clients', 'client_url') }} as client_url,
        {{ text_of('clients', 'client_authentication_method') }} as client_authentication_method,
        {{ text_of('clients', 'client_custom_url') }} as client_custom_url,
        {{ text_of('clients', 'client_invoice_type') }} as client_invoice_type,
        {{ text_of('clients', 'client_invoice_template_type') }} as client_invoice_template_type,
        {{ text_of('clients', 'client_po_type') }} as client_po_type,
        {{ text_of('clients', 'client_po_number') }} as client_po_number,
        {{ text_of('clients', 'client_erp_system') }} as client_erp_system,
        {{ text_of('clients', 'client_sso') }} as client_sso,
        {{ text_of('clients', 'client_hris_system') }} as client_hris_system,

        ---------- booleans
        {{ text_of('clients', 'client_allow_session_timeout_extend') }}
            as client_allow_session_timeout_extend_raw,
        {{ text_of('clients', 'client_has_employee_data') }} as client_has_employee_data_raw,

        ---------- timestamps
        {{ text_of('clients', 'created_at') }} as created_at_raw,
        {{ text_of('clients', 'updated_at') }} as updated_at_raw,

        ---------- verdict of the JSON types
        {{ is_deleted() }} as is_deleted,
        concat_ws(
            ',',
            {{ id_faults() }},
            {{ mistyped('clients', 'status') }},
            {{ mistyped('clients', 'name') }},
            {{ mistyped('clients', 'client_code') }},
            {{ mistyped('clients', 'client_region') }},
            {{ mistyped('clients', 'client_source_code') }},
            {{ mistyped('clients', 'client_contact_name') }},
            {{ mistyped('clients', 'client_contact_phone') }},
            {{ mistyped('clients', 'client_tax_id') }},
            {{ mistyped('clients', 'client_address_line_1') }},
            {{ mistyped('clients', 'client_address_line_2') }},
            {{ mistyped('clients', 'client_address_line_3') }},
            {{ mistyped('clients', 'client_city') }},
            {{ mistyped('clients', 'client_postal_code') }},
            {{ mistyped('clients', 'client_country_state') }},
            {{ mistyped('clients', 'client_country') }},
            {{ mistyped('clients', 'client_account_manager') }},
            {{ mistyped('clients', 'client_implementation_manager') }},
            {{ mistyped('clients', 'technology_owner') }},
            {{ mistyped('clients', 'client_url') }},
            {{ mistyped('clients', 'client_authentication_method') }},
            {{ mistyped('clients', 'client_custom_url') }},
            {{ mistyped('clients', 'client_invoice_type') }},
            {{ mistyped('clients', 'client_invoice_template_type') }},
            {{ mistyped('clients', 'client_po_type') }},
            {{ mistyped('clients', 'client_po_number') }},
            {{ mistyped('clients', 'client_erp_system') }},
            {{ mistyped('clients', 'client_sso') }},
            {{ mistyped('clients', 'client_hris_system') }}
        ) as mistyped_codes,

        ---------- document
        preference,
        convert_from(choices, 'UTF8') as spelling,
        {{ leftovers_of('clients') }} as leftovers,
        document,
        document_changes
    from spelled

)

select * from extracted
