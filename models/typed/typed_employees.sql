{# What names an employee by the id it had before a correction finds it in its own site. #}
{{ config(
    post_hook="{{ keep_aliases(
        'select records.*, concat(typed.site_id) as site from '
        ~ this ~ ' as typed inner join ' ~ ref('stg_kv__records')
        ~ ' as records on typed.source_key = records.source_key',
        ['employees']
    ) }}"
) }}

with

{# `offset 0`: each extraction and each cast is computed once, not wherever its column is named. #}
staged as (

    select
        *,
        convert_to(spelling, 'UTF8') as choices,
        coalesce(site_id_raw, key_site) as site_reference,
        nullif(btrim(document ->> 'name', e' \t\n\r\f\x0b'), '') as full_name,
        first_name is null and last_name is null as is_unsplit
    from {{ ref('stg_kv__employees') }}
    offset 0

),

sited as (

    select
        *,
        {{ target_id('sites', 'site_reference') }} as site_id,
        case
            when is_unsplit then split_part(full_name, ' ', 1)
            else first_name
        end as typed_first_name,
        case
            when is_unsplit
                then nullif(ltrim(substr(full_name, strpos(full_name || ' ', ' '))), '')
            else last_name
        end as typed_last_name
    from staged
    offset 0

),

typed as (

    select
        *,
        {{ target_id('employees', 'record_id', "coalesce(site_id::text, '')") }} as id,
        coalesce(
            {{ value_map('employees', 'status') }} ->> status,
            status,
            {{ word_of_flag('isActive', 'active', 'inactive') }},
            {{ default_of('employees', 'status') }}
        ) as typed_status,
        {{ instant_in_id('record_id') }} as id_instant,
        {{ default_instant('employees') }} as default_instant,
        {{ to_instant('created_at_raw') }} as stated_created_at,
        {{ to_instant('updated_at_raw') }} as stated_updated_at
    from sited
    offset 0

)

select
    ---------- ids
    source_key,
    id,
    record_id,
    site_id,
    site_id_raw,
    coalesce(employee_id, record_id) as employee_id,
    employee_id is null as employee_id_is_derived,

    ---------- text
    email,
    serial_card_number,
    typed_first_name as first_name,
    typed_last_name as last_name,
    typed_status as status,

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
                    {{ length_codes('employee_id', 'coalesce(employee_id, record_id)') }},
                    {{ length_codes('serial_card_number') }},
                    case
                        when site_id is null and not {{ is_mistyped('site_id') }}
                            then 'site_id_missing'
                    end,
                    {{ email_codes('email', has_check=true) }},
                    {{ word_codes('status', ['active', 'inactive'], 'typed_status') }}
                ),
                ''
            )
    end as row_codes,
    {{ row_changes(
        'employees',
        values={
            'id': ['id', 'record_id'],
            'status': 'typed_status',
            'site_id': ['site_id', 'site_reference'],
            'employee_id': 'coalesce(employee_id, record_id)',
            'first_name': 'typed_first_name',
            'last_name': 'typed_last_name',
            'created_at': first_instant(),
            'updated_at': last_instant()
        },
        rules={
            'id': id_rule(),
            'site_id': unstated('site_id_raw', 'from_key'),
            'employee_id': unstated('employee_id', 'from_id'),
            'first_name': unstated('first_name', 'from_name', 'typed_first_name'),
            'last_name': unstated('last_name', 'from_name', 'typed_last_name'),
            'status': status_rule(['isActive']),
            'created_at': created_at_rule(),
            'updated_at': updated_at_rule()
        }
    ) }} as changes,
    spelling,
    leftovers,
    document_changes
from typed
