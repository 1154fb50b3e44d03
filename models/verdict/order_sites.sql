with

{# Orders from before the site stood in them: neither document nor key names one. #}
orders as (

    select
        source_key,
        lower(customer_email collate "C") as customer_email
    from {{ ref('typed_orders') }}
    where
        site_id is null
        and customer_email is not null

),

employees as (

    select
        site_id,
        lower(email collate "C") as email
    from {{ ref('val_employees') }}
    where
        key_class = 'migrated'
        and email is not null

)

select
    orders.source_key,
    count(distinct employees.site_id) > 1 as is_ambiguous,
    case
        when count(distinct employees.site_id) = 1 then min(employees.site_id::text)::uuid
    end as site_id
from orders
inner join employees on orders.customer_email = employees.email
group by orders.source_key
