{{ config(materialized='view') }}

with

typed as (

    select * from {{ ref('typed_orders') }}

),

crossed as (

    select
        orders.*,
        {# What the order left unsaid and its site, product or employee said. #}
        nullif(
            concat_ws(
                ',',
                case
                    when typed.client_id is null and orders.client_id is not null
                        then 'client_id:from_site'
                end,
                case when orders.is_product_dropped then 'product_id:dropped' end,
                case
                    when typed.employee_id_raw is not null and orders.employee_id is null
                        then 'employee_id:dropped'
                end,
                case when orders.is_renumbered then 'order_number:numbered' end,
                case
                    when typed.customer_name is null and orders.customer_name is not null
                        then 'customer_name:from_employee'
                end,
                case
                    when
                        typed.customer_email is null
                        and orders.customer_email is not null
                        then 'customer_email:from_employee'
                end,
                case
                    when typed.total_amount is null and orders.total_amount is not null
                        then 'total_amount:price_of_product'
                end,
                case
                    when typed.currency is null and orders.is_currency_of_product
                        then 'currency:from_product'
                    when typed.currency is null then 'currency:default'
                end
            ),
            ''
        ) as cross_rules
    from {{ ref('cross_orders') }} as orders
    inner join typed on orders.source_key = typed.source_key

)

select
    typed.source_key,
    typed.id,
    typed.record_id,
    crossed.client_id,
    typed.site_id,
    crossed.product_id,
    crossed.employee_id,
    crossed.order_number,
    crossed.customer_name,
    crossed.customer_email,
    coalesce(
        typed.customer_employee_id,
        case when crossed.employee_id is null then typed.employee_id_raw end
    ) as customer_employee_id,
    typed.status,
    crossed.total_amount,
    crossed.currency,
    typed.shipping_address,
    typed.tracking_number,
    coalesce(
        typed.items,
        case
            when typed.product_id_raw is not null
                then
                    jsonb_build_array(
                        jsonb_strip_nulls(
                            jsonb_build_object(
                                'product_id', crossed.product_id,
                                'product_name', typed.gift_name,
                                'quantity', typed.quantity,
                                'unit_price', coalesce(typed.unit_price, crossed.product_price),
                                'total_price', crossed.total_amount
                            )
                        )
                    )
        end,
        '[]'
    ) as items,
    typed.metadata,
    typed.notes,
    typed.created_at,
    typed.updated_at,
    typed.confirmed_at,
    typed.shipped_at,
    typed.delivered_at,
    typed.cancelled_at,
    {{ verdict_columns() }}
from typed
left join crossed on typed.source_key = crossed.source_key
