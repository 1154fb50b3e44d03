with

records as (

    select * from {{ ref('stg_kv__records') }}
    where entity = 'products'

),

{# `offset 0`: how the document spells its fields is found out once. #}
spelled as (

    select
        *,
        convert_to({{ spelling_of('products') }}, 'UTF8') as choices
    from records
    offset 0

),

extracted as (

    select
        ---------- ids
        source_key,
        {{ record_id() }} as record_id,
        {{ reference_of('products', 'catalog_id') }} as catalog_id_raw,

        ---------- text
        {{ text_of('products', 'sku') }} as sku,
        {{ text_of('products', 'external_id') }} as external_id,
        {{ text_of('products', 'external_sku') }} as external_sku,
        {{ text_of('products', 'name') }} as name,
        {{ text_of('products', 'description') }} as description,
        {{ text_of('products', 'category') }} as category,
        {{ text_of('products', 'brand') }} as brand,
        {{ text_of('products', 'currency') }} as currency,
        {{ text_of('products', 'image_url') }} as image_url,
        {{ text_of('products', 'status') }} as status,
        {{ text_of('products', 'sync_status') }} as sync_status,
        {{ text_of('products', 'sync_notes') }} as sync_notes,

        ---------- numerics
        {{ text_of('products', 'price') }} as price_raw,
        {{ text_of('products', 'cost') }} as cost_raw,
        {{ text_of('products', 'msrp') }} as msrp_raw,
        {{ text_of('products', 'available_quantity') }} as available_quantity_raw,

        ---------- booleans
        {{ text_of('products', 'track_inventory') }} as track_inventory_raw,

        ---------- timestamps
        {{ text_of('products', 'last_synced_at') }} as last_synced_at_raw,
        {{ text_of('products', 'created_at') }} as created_at_raw,
        {{ text_of('products', 'updated_at') }} as updated_at_raw,

        ---------- json
        {{ json_of('products', 'images') }} as images,
        {{ json_of('products', 'features') }} as features,
        {{ json_of('products', 'specifications') }} as specifications,

        ---------- verdict of the JSON types
        {{ is_deleted() }} as is_deleted,
        concat_ws(
            ',',
            {{ id_faults() }},
            {{ mistyped('products', 'sync_status') }},
            {{ mistyped('products', 'status') }},
            {{ mistyped('products', 'catalog_id') }},
            {{ mistyped('products', 'sku') }},
            {{ mistyped('products', 'external_id') }},
            {{ mistyped('products', 'external_sku') }},
            {{ mistyped('products', 'name') }},
            {{ mistyped('products', 'description') }},
            {{ mistyped('products', 'category') }},
            {{ mistyped('products', 'brand') }},
            {{ mistyped('products', 'currency') }},
            {{ mistyped('products', 'image_url') }},
            {{ mistyped('products', 'sync_notes') }}
        ) as mistyped_codes,

        ---------- document
        preference,
        convert_from(choices, 'UTF8') as spelling,
        {{ leftovers_of('products') }} as leftovers,
        document,
        document_changes
    from spelled

)

select * from extracted
