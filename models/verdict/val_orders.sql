{{ config(materialized='view') }}

with

typed as not materialized (

    select * from {{ ref('typed_orders') }}

),

crossed as not materialized (

    select * from {{ ref('cross_orders') }}

),

{# What the order left unsaid is taken from its site, its employee, its product and its gift. #}
completed as (

    select
        typed.source_key,
        crossed.client_id,
        crossed.site_id,
        crossed.product_id,
        crossed.employee_id,
        crossed.order_number,
        crossed.customer_name,
        crossed.customer_email,
        coalesce(
            typed.customer_employee_id,
            case when crossed.employee_id is null then typed.employee_id_raw end
        ) as customer_employee_id,
        crossed.total_amount,
        crossed.currency,
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
                                    'unit_price',
                                    coalesce(typed.unit_price, crossed.product_price),
                                    'total_price', crossed.total_amount
                                )
                            )
                        )
            end,
            '[]'
        ) as items
    from typed
    left join crossed on typed.source_key = crossed.source_key

)

select
    typed.source_key,
    typed.id,
    typed.record_id,
    completed.client_id,
    completed.site_id,
    completed.product_id,
    completed.employee_id,
    completed.order_number,
    completed.customer_name,
    completed.customer_email,
    completed.customer_employee_id,
    typed.status,
    completed.total_amount,
    completed.currency,
    typed.shipping_address,
    typed.tracking_number,
    completed.items,
    typed.metadata,
    typed.notes,
    typed.created_at,
    typed.updated_at,
    typed.confirmed_at,
    typed.shipped_at,
    typed.delivered_at,
    typed.cancelled_at,
    typed.changes,
    typed.spelling,
    typed.leftovers,
    typed.document_changes,
    {{ order_changes() }} as cross_changes,
    {{ verdict_columns(changes=false) }}
from typed
inner join completed on typed.source_key = completed.source_key
left join crossed on typed.source_key = crossed.source_key
