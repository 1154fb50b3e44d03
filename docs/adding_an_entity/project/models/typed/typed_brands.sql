with

{# `offset 0`: each extraction and each cast is computed once, not wherever its column is named. #}
staged as (

    select
        *,
        convert_to(spelling, 'UTF8') as choices
    from {{ ref('stg_kv__brands') }}
    offset 0

),

typed as (

    select
        *,
        {{ target_id('brands', 'record_id') }} as id,
        {{ target_id('clients', 'client_id_raw') }} as client_id,
        coalesce(
            {{ value_map('brands', 'status') }} ->> status,
            status,
            {{ word_of_flag('isActive', 'active', 'inactive') }},
            {{ default_of('brands', 'status') }}
        ) as typed_status,
        {{ instant_in_id('record_id') }} as id_instant,
        {{ default_instant('brands') }} as default_instant,
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

    ---------- text
    name,
    typed_status as status,
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
                    {{ name_codes() }},
                    {{ length_codes('name') }},
                    case
                        when client_id is null and not {{ is_mistyped('client_id') }}
                            then 'client_id_missing'
                    end,
                    {{ email_codes('contact_email', has_check=true) }},
                    {{ word_codes('status', ['active', 'inactive'], 'typed_status') }}
                ),
                ''
            )
    end as row_codes,
    {{ row_changes(
        'brands',
        values={
            'id': ['id', 'record_id'],
            'client_id': ['client_id', 'client_id_raw'],
            'status': 'typed_status',
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
