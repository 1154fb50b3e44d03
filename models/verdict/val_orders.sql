{{ config(materialized='view') }}

with

typed as (

    select * from {{ ref('typed_orders') }}

),

crossed as (

    select
        *,
        nullif(
            concat_ws(
                ',',
                case when is_product_dropped then 'product_id:dropped' end,
                case when is_renumbered then 'order_number:numbered' end
            ),
            ''
        ) as cross_rules
    from {{ ref('cross_orders') }}

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
