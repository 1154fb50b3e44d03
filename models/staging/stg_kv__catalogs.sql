with

records as (

    select * from {{ ref('stg_kv__records') }}
    where entity = 'catalogs'

),

{# `offset 0`: how the document spells its fields is found out once. #}
spelled as (

    select
        *,
        convert_to({{ spelling_of('catalogs') }}, 'UTF8') as choices
    from records
    offset 0

),

extracted as (

    select
        ---------- ids
        source_key,
        {{ record_id() }} as record_id,
        {{ reference_of('catalogs', 'owner_id') }} as owner_id_raw,

        ---------- text
        {{ text_of('catalogs', 'name') }} as name,
        {{ text_of('catalogs', 'description') }} as description,
        {{ text_of('catalogs', 'type') }} as type,
        {{ text_of('catalogs', 'status') }} as status,
        {{ text_of('catalogs', 'managed_by') }} as managed_by,

        ---------- numerics
        {{ text_of('catalogs', 'total_products') }} as total_products_raw,
        {{ text_of('catalogs', 'active_products') }} as active_products_raw,

        ---------- timestamps
        {{ text_of('catalogs', 'last_synced_at') }} as last_synced_at_raw,
        {{ text_of('catalogs', 'next_sync_at') }} as next_sync_at_raw,
        {{ text_of('catalogs', 'created_at') }} as created_at_raw,
        {{ text_of('catalogs', 'updated_at') }} as updated_at_raw,

        ---------- json
        {{ json_of('catalogs', 'source') }} as source,
        {{ json_of('catalogs', 'settings') }} as settings,

        ---------- verdict of the JSON types
        {{ is_deleted() }} as is_deleted,
        concat_ws(
            ',',
            {{ id_faults() }},
            {{ mistyped('catalogs', 'status') }},
            {{ mistyped('catalogs', 'type') }},
            {{ mistyped('catalogs', 'owner_id') }},
            {{ mistyped('catalogs', 'name') }},
            {{ mistyped('catalogs', 'description') }},
            {{ mistyped('catalogs', 'managed_by') }}
        ) as mistyped_codes,

        ---------- document
        preference,
        convert_from(choices, 'UTF8') as spelling,
        {{ leftovers_of('catalogs') }} as leftovers,
        document,
        document_changes
    from spelled

)

select * from extracted
