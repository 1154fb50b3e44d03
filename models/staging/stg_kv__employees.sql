with

records as (

    select * from {{ ref('stg_kv__records') }}
    where entity = 'employees'

),

{# `offset 0`: how the document spells its fields is found out once. #}
spelled as (

    select
        *,
        convert_to({{ spelling_of('employees') }}, 'UTF8') as choices
    from records
    offset 0

),

extracted as (

    select
        ---------- ids
        source_key,
        {{ record_id() }} as record_id,
        key_site,
        {{ reference_of('employees', 'site_id') }} as site_id_raw,

        ---------- text
        {{ text_of('employees', 'employee_id') }} as employee_id,
        {{ text_of('employees', 'email') }} as email,
        {{ text_of('employees', 'serial_card_number') }} as serial_card_number,
        {{ text_of('employees', 'first_name') }} as first_name,
        {{ text_of('employees', 'last_name') }} as last_name,
        {{ text_of('employees', 'status') }} as status,

        ---------- timestamps
        {{ text_of('employees', 'created_at') }} as created_at_raw,
        {{ text_of('employees', 'updated_at') }} as updated_at_raw,

        ---------- verdict of the JSON types
        {{ is_deleted() }} as is_deleted,
        concat_ws(
            ',',
            {{ id_faults() }},
            {{ mistyped('employees', 'status') }},
            {{ mistyped('employees', 'site_id') }},
            {{ mistyped('employees', 'employee_id') }},
            {{ mistyped('employees', 'serial_card_number') }},
            {{ mistyped('employees', 'first_name') }},
            {{ mistyped('employees', 'last_name') }}
        ) as mistyped_codes,

        ---------- document
        preference,
        convert_from(choices, 'UTF8') as spelling,
        {{ leftovers_of('employees') }} as leftovers,
        document,
        document_changes
    from spelled

)

select * from extracted
