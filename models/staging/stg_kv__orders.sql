with

records as (

    select * from {{ ref('stg_kv__records') }}
    where entity = 'orders'

),

{# `offset 0`: how the document spells its fields is found out once. #}
spelled as (

    select
        *,
        convert_to({{ spelling_of('orders') }}, 'UTF8') as choices
    from records
    offset 0

),

extracted as (

    select
        ---------- ids
        source_key,
        {{ record_id() }} as record_id,
        key_site,
        {{ reference_of('orders', 'client_id') }} as client_id_raw,
        {{ reference_of('orders', 'site_id') }} as site_id_raw,
        {{ reference_of('orders', 'product_id') }} as product_id_raw,
        {{ reference_of('orders', 'employee_id') }} as employee_id_raw,

        ---------- text
        {{ text_of('orders', 'order_number') }} as order_number,
        {{ text_of('orders', 'customer_name') }} as customer_name,
        {{ text_of('orders', 'customer_email') }} as customer_email,
        {{ text_of('orders', 'customer_employee_id') }} as customer_employee_id,
        {{ text_of('orders', 'status') }} as status,
        {{ text_of('orders', 'currency') }} as currency,
        {{ text_of('orders', 'tracking_number') }} as tracking_number,
        {{ text_of('orders', 'notes') }} as notes,

        ---------- numerics
        {{ text_of('orders', 'total_amount') }} as total_amount_raw,

        ---------- timestamps
        {{ text_of('orders', 'confirmed_at') }} as confirmed_at_raw,
        {{ text_of('orders', 'shipped_at') }} as shipped_at_raw,
        {{ text_of('orders', 'delivered_at') }} as delivered_at_raw,
        {{ text_of('orders', 'cancelled_at') }} as cancelled_at_raw,
        {{ text_of('orders', 'created_at') }} as created_at_raw,
        {{ text_of('orders', 'updated_at') }} as updated_at_raw,

        ---------- json
        {{ json_of('orders', 'shipping_address') }} as shipping_address,
        {{ json_of('orders', 'items') }} as items,
        {{ json_of('orders', 'metadata') }} as metadata,

        ---------- verdict of the JSON types
        {{ is_deleted() }} as is_deleted,
        concat_ws(
            ',',
            {{ id_faults() }},
            {{ mistyped('orders', 'status') }},
            {{ mistyped('orders', 'client_id') }},
            {{ mistyped('orders', 'site_id') }},
            {{ mistyped('orders', 'product_id') }},
            {{ mistyped('orders', 'employee_id') }},
            {{ mistyped('orders', 'order_number') }},
            {{ mistyped('orders', 'customer_name') }},
            {{ mistyped('orders', 'customer_employee_id') }},
            {{ mistyped('orders', 'currency') }},
            {{ mistyped('orders', 'tracking_number') }},
            {{ mistyped('orders', 'notes') }}
        ) as mistyped_codes,

        ---------- document
        preference,
        convert_from(choices, 'UTF8') as spelling,
        {{ leftovers_of('orders') }} as leftovers,
        document,
        document_changes
    from spelled

)

select * from extracted
