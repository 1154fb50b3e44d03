with

{# `offset 0`: each extraction and each cast is computed once, not wherever its column is named. #}
staged as (

    select
        *,
        convert_to(spelling, 'UTF8') as choices
    from {{ ref('stg_kv__catalogs') }}
    offset 0

),

typed as (

    select
        *,
        {{ target_id('catalogs', 'record_id') }} as id,
        {{ target_id('clients', 'owner_id_raw') }} as stated_owner_id,
        coalesce(
            {{ value_map('catalogs', 'type') }} ->> type,
            type,
            {{ default_of('catalogs', 'type') }}
        ) as typed_type,
        coalesce(
            {{ value_map('catalogs', 'status') }} ->> status,
            status,
            {{ default_of('catalogs', 'status') }}
        ) as typed_status,
        {{ to_number('total_products_raw') }} as total_products_number,
        {{ to_number('active_products_raw') }} as active_products_number,
        {{ to_instant('last_synced_at_raw') }} as last_synced_at,
        {{ to_instant('next_sync_at_raw') }} as next_sync_at,
        {{ instant_in_catalog_id('record_id') }} as id_instant,
        {{ default_instant('catalogs') }} as default_instant,
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
    stated_owner_id,
    owner_id_raw,

    ---------- text
    name,
    description,
    typed_type as type,
    typed_status as status,
    managed_by,

    ---------- numerics
    coalesce({{ as_count('total_products_number') }}, 0) as total_products,
    total_products_raw,
    coalesce({{ as_count('active_products_number') }}, 0) as active_products,
    active_products_raw,

    ---------- timestamps
    last_synced_at,
    last_synced_at_raw,
    next_sync_at,
    next_sync_at_raw,
    {{ first_instant() }} as created_at,
    {{ last_instant() }} as updated_at,
    created_at_raw,
    updated_at_raw,

    ---------- json
    coalesce(source, '{}') as source,
    coalesce(settings, '{}') as settings,

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
                    {{ word_codes(
                        'type',
                        ['erp', 'manual', 'vendor', 'dropship'],
                        'typed_type'
                    ) }},
                    {{ word_codes(
                        'status',
                        ['draft', 'active', 'inactive', 'syncing', 'error'],
                        'typed_status'
                    ) }},
                    {{ json_codes('source') }},
                    {{ json_codes('settings') }},
                    {{ count_codes('total_products') }},
                    {{ count_codes('active_products') }},
                    case
                        when
                            active_products_number between coalesce(total_products_number, 0) + 1
                            and 2147483647
                            and (total_products_raw is null or total_products_number is not null)
                            then 'active_products_out_of_range'
                    end,
                    {{ instant_codes('last_synced_at') }},
                    {{ instant_codes('next_sync_at') }}
                ),
                ''
            )
    end as row_codes,
    {{ row_changes(
        'catalogs',
        values={
            'id': ['id', 'record_id'],
            'status': 'typed_status',
            'owner_id': ['stated_owner_id', 'owner_id_raw'],
            'type': 'typed_type',
            'total_products': 'coalesce(' ~ as_count('total_products_number') ~ ', 0)',
            'active_products': 'coalesce(' ~ as_count('active_products_number') ~ ', 0)',
            'source': "coalesce(source, '{}')",
            'settings': "coalesce(settings, '{}')",
            'created_at': first_instant(),
            'updated_at': last_instant()
        },
        rules={
            'id': id_rule(),
            'type':
                "case when type is null then 'default' when type <> typed_type then 'mapped' end",
            'status': status_rule(),
            'created_at': created_at_rule(),
            'updated_at': updated_at_rule()
        }
    ) }} as changes,
    spelling,
    leftovers,
    document_changes
from typed
