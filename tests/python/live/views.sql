-- The three views the application reads.

create view active_products_view with (security_invoker = true) as
select
    products.*,
    catalogs.name as catalog_name,
    catalogs.type as catalog_type,
    catalogs.owner_id as catalog_owner_id
from products
inner join catalogs on products.catalog_id = catalogs.id
where products.is_active and catalogs.status = 'active';

create view site_products_view as
select
    products.*,
    sites.id as site_id,
    sites.name as site_name,
    sites.client_id
from sites
inner join catalogs on sites.catalog_id = catalogs.id
inner join products on catalogs.id = products.catalog_id
where
    sites.status = 'active'
    and catalogs.status = 'active'
    and products.is_active
    and not exists (
        select
        from site_product_exclusions as excluded
        where excluded.site_id = sites.id and excluded.product_id = products.id
    );

create view orders_summary_view as
select
    orders.*,
    clients.name as client_name,
    sites.name as site_name,
    products.name as product_name,
    products.sku as product_sku,
    employees.employee_id as employee_number,
    employees.email as employee_email
from orders
inner join clients on orders.client_id = clients.id
inner join sites on orders.site_id = sites.id
left join products on orders.product_id = products.id
left join employees on orders.employee_id = employees.id;
comment on view orders_summary_view is 'Orders with the names of what they are about.';
