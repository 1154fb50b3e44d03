-- A dozen rows a table, written by the application itself: no document of the store is behind them.
-- The first three of each have the ids its tests use; live_id() gives the others.

create function pg_temp.live_id(kind text, number integer) returns uuid
language sql immutable as $$
    select case
        when number <= 3 then ('00000000-0000-0000-0000-00000000000' || number)::uuid
        else overlay(overlay(md5(kind || number) placing '4' from 13) placing 'a' from 17)::uuid
    end
$$;

insert into clients (
    id, name, contact_email, status, client_code, client_city, created_at, updated_at
)
select
    pg_temp.live_id('clients', number),
    word || ' Holdings',
    'office@' || lower(word) || '.example',
    case when number % 6 = 0 then 'inactive' else 'active' end,
    case when number <> 7 then upper(word) end,
    'Harbour ' || number,
    timestamptz '2026-02-16 10:00:00+00' + number * interval '1 hour',
    timestamptz '2026-03-01 08:30:00.123456+00' + number * interval '1 minute'
from unnest(array[
    'Alder', 'Birch', 'Cedar', 'Dahlia', 'Orchid', 'Fern',
    'Ginkgo', 'Hazel', 'Iris', 'Juniper', 'Kelp', 'Laurel'
]) with ordinality as names (word, place)
cross join lateral (select place::integer as number) as numbered;

insert into brands (id, client_id, name)
select pg_temp.live_id('brands', number), pg_temp.live_id('clients', number), 'Brand ' || number
from generate_series(1, 3) as number;
update clients set default_brand_id = pg_temp.live_id('brands', 1)
where id = pg_temp.live_id('clients', 1);

insert into catalogs (
    id, name, type, status, source, managed_by, owner_id, total_products, active_products,
    created_at, updated_at
)
select
    pg_temp.live_id('catalogs', number),
    case when number = 1 then 'Default Product Catalog' else 'Catalog ' || number end,
    (array['manual', 'erp', 'vendor', 'dropship'])[number % 4 + 1],
    (array['active', 'draft', 'inactive'])[number % 3 + 1],
    jsonb_build_object('type', 'manual', 'sourceId', 'src-' || number),
    'operations',
    case when number > 6 then pg_temp.live_id('clients', number) end,
    number,
    number / 2,
    timestamptz '2026-02-16 11:00:00+00' + number * interval '1 hour',
    timestamptz '2026-03-01 09:00:00+00' + number * interval '1 minute'
from generate_series(1, 12) as number;

insert into sites (
    id, client_id, catalog_id, name, slug, status, validation_methods, branding,
    selection_start_date, selection_end_date, brand_id, gifts_per_user, translations,
    created_at, updated_at
)
select
    case
        when number = 12 then '10000000-0000-0000-0000-000000000001'
        else pg_temp.live_id('sites', number)
    end,
    pg_temp.live_id('clients', number),
    pg_temp.live_id('catalogs', number),
    case when number = 5 then 'Orchid Spring' else 'Site ' || number end,
    case when number = 5 then 'orchid-spring' else 'live-site-' || number end,
    (array['active', 'draft', 'inactive'])[number % 3 + 1],
    '["email"]',
    jsonb_build_object('primary', '#00' || number),
    timestamptz '2026-03-01 00:00:00+00',
    timestamptz '2026-06-01 00:00:00+00' + number * interval '1 day',
    case when number <= 3 then pg_temp.live_id('brands', number) end,
    2,
    '{"en": {"title": "Choose"}}',
    timestamptz '2026-02-16 12:00:00+00' + number * interval '1 hour',
    timestamptz '2026-03-01 10:00:00+00' + number * interval '1 minute'
from generate_series(1, 12) as number;

insert into products (
    id, catalog_id, sku, name, description, category, price, msrp, images, status,
    available_quantity, created_at, updated_at
)
select
    pg_temp.live_id('products', number),
    pg_temp.live_id('catalogs', number),
    case when number = 5 then 'OR-1001' else 'LIVE-' || lpad(number::text, 4, '0') end,
    'Gift ' || number,
    'What gift ' || number || ' is.',
    'home',
    number * 10 + 0.99,
    number * 12,
    jsonb_build_array('https://img.example/' || number || '.png'),
    (array['active', 'out_of_stock', 'discontinued'])[number % 3 + 1],
    number * 3,
    timestamptz '2026-02-16 13:00:00+00' + number * interval '1 hour',
    timestamptz '2026-03-01 11:00:00+00' + number * interval '1 minute'
from generate_series(1, 12) as number;
update sites set default_gift_id = pg_temp.live_id('products', 1), updated_at = updated_at
where id = pg_temp.live_id('sites', 1);

insert into employees (
    id, site_id, employee_id, email, serial_card_number, first_name, last_name, created_at, updated_at
)
select
    pg_temp.live_id('employees', number),
    pg_temp.live_id('sites', case when number in (5, 6) then 5 else least(number, 11) end),
    'E-' || 1000 + number,
    'person' || number || '@staff.example',
    case when number % 2 = 0 then 'CARD-' || number end,
    'Given' || number,
    'Family' || number,
    timestamptz '2026-02-16 14:00:00+00' + number * interval '1 hour',
    timestamptz '2026-03-01 12:00:00+00' + number * interval '1 minute'
from generate_series(1, 12) as number;

insert into orders (
    id, client_id, site_id, product_id, employee_id, order_number, customer_name, customer_email,
    status, total_amount, shipping_address, items, metadata, created_at, updated_at, shipped_at
)
select
    pg_temp.live_id('orders', number),
    pg_temp.live_id('clients', number),
    pg_temp.live_id('sites', least(number, 11)),
    pg_temp.live_id('products', number),
    pg_temp.live_id('employees', number),
    'ORD-20260301-' || case when number = 5 then 'OR5HID' else 'LIVE' || number end,
    'Given' || number || ' Family' || number,
    'person' || number || '@staff.example',
    (array['pending', 'shipped'])[number % 2 + 1],
    number * 10 + 0.99,
    jsonb_build_object('city', 'Harbour ' || number),
    jsonb_build_array(jsonb_build_object('product_name', 'Gift ' || number, 'quantity', 1)),
    '{"carrier": "none"}',
    timestamptz '2026-02-16 15:00:00+00' + number * interval '1 hour',
    timestamptz '2026-03-01 13:00:00+00' + number * interval '1 minute',
    case when number % 2 = 1 then timestamptz '2026-03-02 07:00:00+00' end
from generate_series(1, 12) as number;

insert into site_product_exclusions (site_id, product_id, reason)
values (pg_temp.live_id('sites', 1), pg_temp.live_id('products', 1), 'not in this region');
insert into admin_users (id, email, username, password_hash, role)
values (pg_temp.live_id('admins', 4), 'root@staff.example', 'root', 'x', 'super_admin');
