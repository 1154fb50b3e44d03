with

typed as not materialized (

    select * from {{ ref('typed_orders') }}

),

sites as (

    select * from {{ ref('val_sites') }}
    where key_class <> 'merged'

),

clients as (

    select * from {{ ref('val_clients') }}
    where key_class <> 'merged'

),

products as (

    select * from {{ ref('val_products') }}
    where key_class <> 'merged'

),

live_clients as (

    {{ live_ids('clients') }}

),

live_sites as (

    {{ live_ids('sites') }}

),

live_products as (

    {{ live_ids('products') }}

),

merged as (

    {{ merged_records('typed') }}

),

employees as (

    select * from {{ ref('order_employees') }}

),

{# What an order leaves unsaid and its site, product and employee say. #}
related as (

    select
        typed.source_key,
        typed.id,
        coalesce(typed.site_id, placed.site_id) as site_id,
        placed.site_id is not null as is_placed,
        typed.is_deleted,
        typed.row_codes,
        typed.created_at,
        typed.order_number,
        coalesce(typed.client_id, site.client_id) as client_id,
        coalesce(live_product.id, product.id) as product_id,
        product.price as product_price,
        product.currency is not null as is_currency_of_product,
        employees.employee_id,
        employees.employee_mapped_id,
        employees.employee_codes,
        employees.employee_root_key,
        coalesce(typed.customer_name, employees.employee_name) as customer_name,
        coalesce(typed.customer_email, employees.employee_email) as customer_email,
        coalesce(
            typed.currency, product.currency, {{ default_of('orders', 'currency') }}
        ) as currency,
        coalesce(
            typed.total_amount,
            case
                when coalesce(typed.total_amount_raw, typed.unit_price_raw) is null
                    then {{ as_money('product.price * typed.quantity') }}
            end
        ) as total_amount,
        case
            when coalesce(typed.site_id, placed.site_id) is not null
                then {{ parent_codes('site', 'coalesce(typed.site_id, placed.site_id)') }}
            when placed.is_ambiguous then 'site_id_ambiguous'
            when {{ is_mistyped('site_id', 'typed.mistyped_codes') }} then null
            else 'site_id_missing'
        end as site_codes,
        {{ is_unmapped('site', 'typed.site_id_raw') }} as is_site_unmapped,
        {{ is_unmapped('product', 'typed.product_id_raw') }} as is_product_unmapped,
        coalesce(site.root_key, site.source_key) as site_root_key,
        {{ reference_codes('product') }} as product_codes,
        coalesce(product.root_key, product.source_key) as product_root_key,
        typed.product_id is not null
        and live_product.id is null
        and coalesce(product.key_class, 'unknown') in ('unknown', 'soft_deleted')
            as is_product_dropped
    from typed
    left join {{ ref('order_sites') }} as placed on typed.source_key = placed.source_key
    left join sites as site on coalesce(typed.site_id, placed.site_id) = site.id
    left join live_sites as live_site
        on coalesce(typed.site_id, placed.site_id) = live_site.id
    left join products as product on typed.product_id = product.id
    left join live_products as live_product on typed.product_id = live_product.id
    left join employees on typed.source_key = employees.source_key

),

judged as (

    select
        related.*,
        {{ is_unmapped('client', 'typed.client_id_raw') }} as is_client_unmapped,
        nullif(
            concat_ws(
                ',',
                related.site_codes,
                case
                    when related.client_id is null and related.site_codes is null
                        then 'client_id_missing'
                end,
                {{ parent_codes('client', 'related.client_id') }},
                related.product_codes,
                related.employee_codes,
                case when related.customer_name is null then 'customer_name_missing' end,
                case
                    when related.customer_email is null then 'customer_email_missing'
                end,
                case when related.currency is null then 'currency_missing' end,
                case
                    when
                        related.total_amount is null
                        and coalesce(typed.total_amount_raw, typed.unit_price_raw) is null
                        then 'total_amount_missing'
                end
            ),
            ''
        ) as cross_codes,
        case
            when related.site_codes in ('site_rejected', 'site_deleted')
                then related.site_root_key
            when
                live_client.id is null
                and client.key_class in ('rejected', 'soft_deleted')
                then coalesce(client.root_key, client.source_key)
            when related.product_codes is not null then related.product_root_key
            when related.employee_codes = 'employee_rejected'
                then related.employee_root_key
        end as root_key
    from related
    inner join typed on related.source_key = typed.source_key
    left join clients as client on related.client_id = client.id
    left join live_clients as live_client on related.client_id = live_client.id

),

{# Order numbers repeat by the application's own fault: the later ones get a number. #}
clean as (

    select
        id,
        source_key,
        '' as scope,
        order_number as value,
        false as is_derived,
        created_at
    from judged
    where
        coalesce(row_codes, cross_codes) is null
        and not is_deleted
        and source_key not in (select merged.source_key from merged)

),

live_numbers as (

    {{ live_claims('orders', 'order_number') }}

),

{# A number that a row of the application holds is no repetition: it may be the same order. #}
taken as (

    select
        clean.source_key,
        live_numbers.source_key as holder_key
    from clean
    inner join live_numbers on clean.value = live_numbers.value

),

candidates as (

    select
        source_key,
        scope,
        value,
        is_derived,
        created_at
    from clean
    where source_key not in (select taken.source_key from taken)
    union all
    select * from live_numbers

),

claims as (

    select
        *,
        row_number() over (
            partition by value
            order by created_at, source_key
        ) > 1 as is_renamed
    from candidates

),

renamed as (

    {{ suffixes('claims') }}

)

select
    judged.source_key,
    merged.source_key is not null as is_merged,
    coalesce(merged.winner_key, taken.holder_key) as winner_key,
    case
        when taken.source_key is not null then 'order_number_taken'
        when coalesce(judged.row_codes, '') <> 'document_malformed'
            then judged.cross_codes
    end as cross_codes,
    judged.root_key,
    judged.client_id,
    judged.site_id,
    judged.is_placed,
    judged.is_client_unmapped,
    judged.is_site_unmapped,
    judged.is_product_unmapped and not judged.is_product_dropped as is_product_unmapped,
    case when not judged.is_product_dropped then judged.product_id end as product_id,
    judged.employee_id,
    judged.employee_mapped_id,
    coalesce(renamed.value, judged.order_number) as order_number,
    judged.customer_name,
    judged.customer_email,
    judged.total_amount,
    judged.currency,
    judged.product_price,
    judged.is_currency_of_product,
    judged.is_product_dropped,
    renamed.source_key is not null as is_renumbered
from judged
left join merged on judged.source_key = merged.source_key
left join taken on judged.source_key = taken.source_key
left join renamed on judged.source_key = renamed.source_key
