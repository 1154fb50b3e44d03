with

{# `offset 0`: each extraction and each cast is computed once, not wherever its column is named. #}
staged as (

    select
        *,
        convert_to(spelling, 'UTF8') as choices,
        {{ long_date_as_iso('delivered_at_raw') }} as delivered_at_iso,
        coalesce(site_id_raw, key_site) as site_reference,
        nullif(btrim(document ->> 'quantity'), '') as quantity_raw,
        coalesce(
            nullif(btrim(document ->> 'itemValue'), ''),
            nullif(btrim(document #>> '{gift,price}'), '')
        ) as unit_price_raw
    from {{ ref('stg_kv__orders') }}
    offset 0

),

typed as (

    select
        *,
        {{ target_id('orders', 'record_id') }} as id,
        {{ target_id('clients', 'client_id_raw') }} as client_id,
        {{ target_id('sites', 'site_reference') }} as site_id,
        {{ target_id('products', 'product_id_raw') }} as product_id,
        coalesce(
            {{ value_map('orders', 'status') }} ->> status,
            status,
            {{ default_of('orders', 'status') }}
        ) as typed_status,
        coalesce(
            shipping_address, ({{ default_of('orders', 'shipping_address') }})::jsonb
        ) as typed_address,
        {{ to_number('total_amount_raw') }} as total_number,
        {{ to_number('unit_price_raw') }} as unit_price,
        {{ to_number("coalesce(quantity_raw, '1')") }} as quantity,
        {{ to_instant('confirmed_at_raw') }} as stated_confirmed_at,
        {{ to_instant('shipped_at_raw') }} as stated_shipped_at,
        {{ to_instant('delivered_at_iso') }} as stated_delivered_at,
        {{ to_instant('cancelled_at_raw') }} as stated_cancelled_at,
        {{ instant_in_id('record_id') }} as id_instant,
        {{ default_instant('orders') }} as default_instant,
        {{ to_instant('created_at_raw') }} as stated_created_at,
        {{ to_instant('updated_at_raw') }} as stated_updated_at
    from staged
    offset 0

),

dated as (

    select
        *,
        {{ first_instant() }} as created_at,
        {{ last_instant() }} as updated_at,
        case
            when total_amount_raw is not null then total_number
            else unit_price * quantity
        end as amount
    from typed
    offset 0

),

timed as (

    select
        *,
        {# What the document keeps beside its metadata goes into it; what the metadata say stays. #}
        case
            when coalesce(jsonb_typeof(metadata), 'object') = 'object'
                then
                    {{ kept_in_metadata("document -> 'timeline'", 'timeline') }}
                    || {{ kept_in_metadata("document -> 'carrier'", 'carrier') }}
                    || {{ kept_in_metadata(
                        "coalesce(document -> 'giftName', document #> '{gift,name}')", 'giftName'
                    ) }}
                    || {{ kept_in_metadata("document -> 'siteName'", 'siteName') }}
                    || coalesce(metadata, '{}')
            else metadata
        end as whole_metadata,
        {{ status_instant('confirmed') }} as confirmed_at,
        {{ status_instant('shipped') }} as shipped_at,
        {{ status_instant('delivered') }} as delivered_at,
        {{ status_instant('cancelled') }} as cancelled_at
    from dated
    offset 0

)

select
    ---------- ids
    source_key,
    id,
    record_id,
    client_id,
    client_id_raw,
    site_id,
    site_id_raw,
    product_id,
    product_id_raw,
    employee_id_raw,

    ---------- text
    coalesce(order_number, record_id) as order_number,
    order_number is null as order_number_is_derived,
    customer_name,
    customer_email,
    customer_employee_id,
    typed_status as status,
    currency,
    tracking_number,
    notes,

    ---------- numerics
    {{ as_money('amount') }} as total_amount,
    total_amount_raw,
    unit_price_raw,
    unit_price,
    quantity,

    ---------- timestamps
    confirmed_at,
    shipped_at,
    delivered_at,
    cancelled_at,
    confirmed_at_raw,
    shipped_at_raw,
    delivered_at_raw,
    cancelled_at_raw,
    created_at,
    updated_at,
    created_at_raw,
    updated_at_raw,

    ---------- json
    typed_address as shipping_address,
    items,
    whole_metadata as metadata,
    coalesce(document ->> 'giftName', document #>> '{gift,name}') as gift_name,

    ---------- verdict
    mistyped_codes,
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
                    {{ length_codes('order_number', 'coalesce(order_number, record_id)') }},
                    {{ email_codes('customer_email', has_check=true) }},
                    {{ word_codes(
                        'status',
                        ['pending', 'confirmed', 'processing', 'shipped', 'delivered', 'cancelled'],
                        'typed_status'
                    ) }},
                    case
                        when
                            coalesce(total_amount_raw, unit_price_raw) is not null
                            and amount is null
                            then 'total_amount_malformed'
                        when
                            total_amount_raw is null
                            and quantity_raw is not null
                            and coalesce(quantity, -1) < 0
                            then 'total_amount_malformed'
                        when not round(amount, 2) between 0 and 99999999.99
                            then 'total_amount_out_of_range'
                    end,
                    case
                        when typed_address is null then 'shipping_address_missing'
                        when jsonb_typeof(typed_address) <> 'object'
                            then 'shipping_address_malformed'
                    end,
                    {{ json_codes('items', ['array']) }},
                    {{ json_codes('metadata') }},
                    {{ instant_codes('confirmed_at', 'stated_confirmed_at') }},
                    {{ instant_codes('shipped_at', 'stated_shipped_at') }},
                    {{ instant_codes('delivered_at', 'stated_delivered_at') }},
                    {{ instant_codes('cancelled_at', 'stated_cancelled_at') }}
                ),
                ''
            )
    end as row_codes,
    {{ row_changes(
        'orders',
        values={
            'id': ['id', 'record_id'],
            'status': 'typed_status',
            'site_id': ['site_id', 'site_reference'],
            'employee_id': ['null::uuid', 'employee_id_raw'],
            'order_number': 'coalesce(order_number, record_id)',
            'total_amount': as_money('amount'),
            'shipping_address': 'typed_address',
            'items': "coalesce(items, '[]')",
            'metadata': 'whole_metadata',
            'created_at': 'created_at',
            'updated_at': 'updated_at'
        },
        rules={
            'id': id_rule(),
            'site_id': unstated('site_id_raw', 'from_key'),
            'order_number': unstated('order_number', 'from_id'),
            'total_amount': unstated('total_amount_raw', 'price_times_quantity', 'amount'),
            'shipping_address': unstated('shipping_address', 'default'),
            'metadata':
                "case when whole_metadata <> coalesce(metadata, '{}') then 'kept_in_metadata' end",
            'confirmed_at': unstated('confirmed_at_raw', 'from_document', 'confirmed_at'),
            'shipped_at': unstated('shipped_at_raw', 'from_document', 'shipped_at'),
            'delivered_at': unstated('delivered_at_raw', 'from_document', 'delivered_at'),
            'cancelled_at': unstated('cancelled_at_raw', 'from_document', 'cancelled_at'),
            'status': status_rule(),
            'created_at': created_at_rule(),
            'updated_at': updated_at_rule()
        }
    ) }} as changes,
    spelling,
    leftovers,
    document_changes
from timed
