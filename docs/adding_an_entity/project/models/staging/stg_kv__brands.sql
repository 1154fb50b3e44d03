with

records as (

    select * from {{ ref('stg_kv__records') }}
    where entity = 'brands'

),

{# `offset 0`: how the document spells its fields is found out once. #}
spelled as (

    select
        *,
        convert_to({{ spelling_of('brands') }}, 'UTF8') as choices
    from records
    offset 0

),

extracted as (

    select
        ---------- ids
        source_key,
        {{ record_id() }} as record_id,
        {{ reference_of('brands', 'client_id') }} as client_id_raw,

        ---------- text
        {{ text_of('brands', 'name') }} as name,
        {{ text_of('brands', 'status') }} as status,
        {{ text_of('brands', 'primary_color') }} as primary_color,
        {{ text_of('brands', 'secondary_color') }} as secondary_color,
        {{ text_of('brands', 'accent_color') }} as accent_color,
        {{ text_of('brands', 'background_color') }} as background_color,
        {{ text_of('brands', 'text_color') }} as text_color,
        {{ text_of('brands', 'heading_font') }} as heading_font,
        {{ text_of('brands', 'body_font') }} as body_font,
        {{ text_of('brands', 'logo_url') }} as logo_url,
        {{ text_of('brands', 'favicon_url') }} as favicon_url,
        {{ text_of('brands', 'contact_name') }} as contact_name,
        {{ text_of('brands', 'contact_email') }} as contact_email,
        {{ text_of('brands', 'contact_phone') }} as contact_phone,
        {{ text_of('brands', 'website_url') }} as website_url,

        ---------- timestamps
        {{ text_of('brands', 'created_at') }} as created_at_raw,
        {{ text_of('brands', 'updated_at') }} as updated_at_raw,

        ---------- verdict of the JSON types
        {{ is_deleted() }} as is_deleted,
        concat_ws(
            ',',
            {{ id_faults() }},
            {{ mistyped('brands', 'client_id') }},
            {{ mistyped('brands', 'status') }},
            {{ mistyped('brands', 'name') }},
            {{ mistyped('brands', 'primary_color') }},
            {{ mistyped('brands', 'secondary_color') }},
            {{ mistyped('brands', 'accent_color') }},
            {{ mistyped('brands', 'background_color') }},
            {{ mistyped('brands', 'text_color') }},
            {{ mistyped('brands', 'heading_font') }},
            {{ mistyped('brands', 'body_font') }},
            {{ mistyped('brands', 'logo_url') }},
            {{ mistyped('brands', 'favicon_url') }},
            {{ mistyped('brands', 'contact_name') }},
            {{ mistyped('brands', 'contact_phone') }},
            {{ mistyped('brands', 'website_url') }}
        ) as mistyped_codes,

        ---------- document
        preference,
        convert_from(choices, 'UTF8') as spelling,
        {{ leftovers_of('brands') }} as leftovers,
        document,
        document_changes
    from spelled

)

select * from extracted
