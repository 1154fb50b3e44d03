with

{# `offset 0`: each extraction and each cast is computed once, not wherever its column is named. #}
staged as (

    select
        *,
        convert_to(spelling, 'UTF8') as choices
    from {{ ref('stg_kv__products') }}
    offset 0

),

typed as (

    select
        *,
        {{ target_id('products', 'record_id') }} as id,
        coalesce(
            catalog_id_raw, {{ default_of('products', 'catalog_id') }}
        ) as catalog_reference,
        coalesce(currency, {{ default_of('products', 'currency') }}) as typed_currency,
        coalesce(
            {{ value_map('products', 'status') }} ->> status,
            status,
            {{ word_of_flag('isActive', 'active', 'inactive') }},
            {{ word_of_flag('inStock', 'active', 'out_of_stock') }},
            {{ default_of('products', 'status') }}
        ) as typed_status,
        coalesce(
            {{ value_map('products', 'sync_status') }} ->> sync_status,
            sync_status,
            'manual'
        ) as typed_sync_status,
        {{ to_number('price_raw') }} as price_number,
        {{ to_number('cost_raw') }} as cost_number,
        {{ to_number('msrp_raw') }} as msrp_number,
        {{ to_number('available_quantity_raw') }} as available_quantity_number,
        {{ to_boolean('track_inventory_raw') }} as track_inventory,
        {{ to_instant('last_synced_at_raw') }} as last_synced_at,
        {{ instant_in_id('record_id') }} as id_instant,
        {{ default_instant('products') }} as default_instant,
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
    {{ target_id('catalogs', 'catalog_reference') }} as catalog_id,
    catalog_id_raw,

    ---------- text
    coalesce(sku, 'SKU-' || record_id) as sku,
    sku is null as sku_is_derived,
    external_id,
    external_sku,
    name,
    description,
    category,
    brand,
    typed_currency as currency,
    image_url,
    typed_status as status,
    typed_sync_status as sync_status,
    sync_notes,

    ---------- numerics
    {{ as_money('price_number') }} as price,
    price_raw,
    {{ as_money('cost_number') }} as cost,
    cost_raw,
    {{ as_money('msrp_number') }} as msrp,
    msrp_raw,
    coalesce({{ as_count('available_quantity_number') }}, 0) as available_quantity,
    available_quantity_raw,

    ---------- booleans
    coalesce(track_inventory, true) as track_inventory,
    track_inventory_raw,

    ---------- timestamps
    last_synced_at,
    last_synced_at_raw,
    {{ first_instant() }} as created_at,
    {{ last_instant() }} as updated_at,
    created_at_raw,
    updated_at_raw,

    ---------- json
    coalesce(images, '[]') as images,
    coalesce(features, '[]') as features,
    coalesce(specifications, '{}') as specifications,

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
                    {{ length_codes('sku', "coalesce(sku, 'SKU-' || record_id)") }},
                    {{ length_codes('external_id') }},
                    {{ length_codes('category') }},
                    {{ length_codes('brand') }},
                    {{ name_codes() }},
                    {{ money_codes('price', required=true) }},
                    {{ money_codes('cost') }},
                    {{ money_codes('msrp') }},
                    case when typed_currency is null then 'currency_missing' end,
                    {{ count_codes('available_quantity') }},
                    {{ boolean_codes('track_inventory') }},
                    {{ word_codes(
                        'status',
                        ['active', 'inactive', 'out_of_stock', 'discontinued'],
                        'typed_status'
                    ) }},
                    {{ word_codes(
                        'sync_status',
                        ['synced', 'modified', 'conflict', 'manual'],
                        'typed_sync_status'
                    ) }},
                    {{ json_codes('images', ['array']) }},
                    {{ json_codes('features', ['array']) }},
                    {{ json_codes('specifications', ['object', 'array']) }},
                    {{ instant_codes('last_synced_at') }}
                ),
                ''
            )
    end as row_codes,
    {{ row_changes(
        'products',
        values={
            'id': ['id', 'record_id'],
            'status': 'typed_status',
            'catalog_id': [target_id('catalogs', 'catalog_reference'), 'catalog_reference'],
            'sku': "coalesce(sku, 'SKU-' || record_id)",
            'currency': 'typed_currency',
            'sync_status': 'typed_sync_status',
            'price': as_money('price_number'),
            'cost': as_money('cost_number'),
            'msrp': as_money('msrp_number'),
            'available_quantity': 'coalesce(' ~ as_count('available_quantity_number') ~ ', 0)',
            'track_inventory': 'coalesce(track_inventory, true)',
            'images': "coalesce(images, '[]')",
            'features': "coalesce(features, '[]')",
            'specifications': "coalesce(specifications, '{}')",
            'created_at': first_instant(),
            'updated_at': last_instant()
        },
        rules={
            'id': id_rule(),
            'catalog_id': unstated('catalog_id_raw', 'default'),
            'sku': unstated('sku', 'from_id'),
            'currency': unstated('currency', 'default'),
            'sync_status': "case when sync_status <> typed_sync_status then 'mapped' end",
            'status': status_rule(['isActive', 'inStock']),
            'created_at': created_at_rule(),
            'updated_at': updated_at_rule()
        }
    ) }} as changes,
    spelling,
    leftovers,
    document_changes
from typed
