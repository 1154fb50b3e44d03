-- The six tables as the application first made them, and what stands around them.

create table clients (
    id uuid primary key default gen_random_uuid(),
    name text not null,
    contact_email text not null,
    status text not null default 'active',
    client_code text unique,
    client_region text,
    client_source_code text,
    client_contact_name text,
    client_contact_phone text,
    client_tax_id text,
    client_address_line_1 text,
    client_address_line_2 text,
    client_address_line_3 text,
    client_city text,
    client_postal_code text,
    client_country_state text,
    client_country text,
    client_account_manager text,
    client_account_manager_email text,
    client_implementation_manager text,
    client_implementation_manager_email text,
    technology_owner text,
    technology_owner_email text,
    client_url text,
    client_allow_session_timeout_extend boolean default false,
    client_authentication_method text,
    client_custom_url text,
    client_has_employee_data boolean default false,
    client_invoice_type text,
    client_invoice_template_type text,
    client_po_type text,
    client_po_number text,
    client_erp_system text,
    client_sso text,
    client_hris_system text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint clients_status_check check (status in ('active', 'inactive')),
    constraint clients_name_length check (length(name) >= 2),
    constraint clients_email_format
    check (contact_email ~* '^[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}$')
);
create index idx_clients_status on clients (status) where status = 'active';
create index idx_clients_client_code on clients (client_code) where client_code is not null;
create index idx_clients_created_at on clients (created_at desc);

create table catalogs (
    id uuid primary key default gen_random_uuid(),
    name text not null,
    description text,
    type text not null,
    status text not null default 'draft',
    source jsonb not null default '{}',
    settings jsonb not null default '{}',
    managed_by text,
    owner_id uuid,
    total_products integer not null default 0,
    active_products integer not null default 0,
    last_synced_at timestamptz,
    next_sync_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint catalogs_type_check check (type in ('erp', 'manual', 'vendor', 'dropship')),
    constraint catalogs_status_check
    check (status in ('draft', 'active', 'inactive', 'syncing', 'error')),
    constraint catalogs_name_length check (length(name) >= 2),
    constraint catalogs_product_counts
    check (total_products >= 0 and active_products >= 0 and active_products <= total_products)
);
create index idx_catalogs_type on catalogs (type);
create index idx_catalogs_status on catalogs (status);
create index idx_catalogs_owner_id on catalogs (owner_id) where owner_id is not null;
create index idx_catalogs_last_synced_at on catalogs (last_synced_at desc nulls last);
create index idx_catalogs_type_status on catalogs (type, status);

create table sites (
    id uuid primary key default gen_random_uuid(),
    client_id uuid not null references clients (id) on delete cascade,
    catalog_id uuid,
    name text not null,
    slug text not null unique,
    status text not null default 'draft',
    validation_methods jsonb not null default '[]',
    branding jsonb default '{}',
    selection_start_date timestamptz,
    selection_end_date timestamptz,
    site_code text,
    site_erp_integration text,
    site_erp_instance text,
    site_ship_from_country text,
    site_hris_system text,
    site_drop_down_name text,
    site_custom_domain_url text,
    site_account_manager text,
    site_account_manager_email text,
    site_celebrations_enabled boolean default false,
    allow_session_timeout_extend boolean default false,
    enable_employee_log_report boolean default false,
    regional_client_info jsonb default '{}',
    disable_direct_access_auth boolean default false,
    sso_provider text,
    sso_client_office_name text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint sites_status_check check (status in ('draft', 'active', 'inactive')),
    constraint sites_name_length check (length(name) >= 2),
    constraint sites_slug_format check (slug ~* '^[a-z0-9-]+$'),
    constraint sites_dates_check check (
        selection_start_date is null
        or selection_end_date is null
        or selection_start_date < selection_end_date
    )
);
create index idx_sites_client_id on sites (client_id);
create index idx_sites_status on sites (status);
create index idx_sites_slug on sites (slug);
create index idx_sites_catalog_id on sites (catalog_id) where catalog_id is not null;
create index idx_sites_client_status on sites (client_id, status);
create index idx_sites_dates on sites (selection_start_date, selection_end_date)
where selection_start_date is not null;

create table products (
    id uuid primary key default gen_random_uuid(),
    catalog_id uuid not null references catalogs (id) on delete cascade,
    sku text not null,
    external_id text,
    external_sku text,
    name text not null,
    description text,
    category text,
    brand text,
    price numeric(10, 2) not null,
    cost numeric(10, 2),
    msrp numeric(10, 2),
    currency text not null default 'USD',
    images jsonb default '[]',
    image_url text,
    features jsonb default '[]',
    specifications jsonb default '{}',
    available_quantity integer default 0,
    track_inventory boolean default true,
    status text not null default 'active',
    is_active boolean generated always as (status = 'active') stored,
    sync_status text default 'manual',
    sync_notes text,
    last_synced_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (catalog_id, sku),
    check (price >= 0),
    constraint products_cost_check check (cost is null or cost >= 0),
    constraint products_msrp_check check (msrp is null or msrp >= 0),
    check (available_quantity >= 0),
    constraint products_status_check
    check (status in ('active', 'inactive', 'out_of_stock', 'discontinued')),
    constraint products_sync_status_check
    check (sync_status in ('synced', 'modified', 'conflict', 'manual')),
    constraint products_name_length check (length(name) >= 2)
);
create index idx_products_catalog_id on products (catalog_id);
create index idx_products_sku on products (sku);
create index idx_products_external_id on products (external_id) where external_id is not null;
create index idx_products_category on products (category) where category is not null;
create index idx_products_brand on products (brand) where brand is not null;
create index idx_products_price on products (price);
create index idx_products_status on products (status);
create index idx_products_is_active on products (is_active) where is_active;
create index idx_products_catalog_active on products (catalog_id, is_active) where is_active;
create index idx_products_category_price on products (category, price) where is_active;

create table employees (
    id uuid primary key default gen_random_uuid(),
    site_id uuid not null references sites (id) on delete cascade,
    employee_id text not null,
    email text,
    serial_card_number text,
    first_name text,
    last_name text,
    status text not null default 'active',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (site_id, employee_id),
    constraint employees_status_check check (status in ('active', 'inactive')),
    constraint employees_email_format
    check (email is null or email ~* '^[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}$')
);
create index idx_employees_site_id on employees (site_id);
create index idx_employees_employee_id on employees (employee_id);
create index idx_employees_email on employees (email) where email is not null;
create index idx_employees_serial_card_number on employees (serial_card_number)
where serial_card_number is not null;
create index idx_employees_status on employees (status);
create index idx_employees_site_status on employees (site_id, status);

create table orders (
    id uuid primary key default gen_random_uuid(),
    client_id uuid not null references clients (id),
    site_id uuid not null references sites (id),
    product_id uuid references products (id),
    employee_id uuid references employees (id),
    order_number text not null unique,
    customer_name text not null,
    customer_email text not null,
    customer_employee_id text,
    status text not null default 'pending',
    total_amount numeric(10, 2) not null,
    currency text not null default 'USD',
    shipping_address jsonb not null,
    tracking_number text,
    items jsonb not null default '[]',
    metadata jsonb default '{}',
    notes text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    confirmed_at timestamptz,
    shipped_at timestamptz,
    delivered_at timestamptz,
    cancelled_at timestamptz,
    constraint orders_status_check check (
        status in ('pending', 'confirmed', 'processing', 'shipped', 'delivered', 'cancelled')
    ),
    check (total_amount >= 0),
    constraint orders_email_format
    check (customer_email ~* '^[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}$'),
    constraint orders_status_timestamps check (
        (status <> 'confirmed' or confirmed_at is not null)
        and (status <> 'shipped' or shipped_at is not null)
        and (status <> 'delivered' or delivered_at is not null)
        and (status <> 'cancelled' or cancelled_at is not null)
    )
);
create index idx_orders_client_id on orders (client_id);
create index idx_orders_site_id on orders (site_id);
create index idx_orders_product_id on orders (product_id) where product_id is not null;
create index idx_orders_employee_id on orders (employee_id) where employee_id is not null;
create index idx_orders_order_number on orders (order_number);
create index idx_orders_customer_email on orders (customer_email);
create index idx_orders_status on orders (status);
create index idx_orders_created_at on orders (created_at desc);
create index idx_orders_client_created_at on orders (client_id, created_at desc);
create index idx_orders_site_created_at on orders (site_id, created_at desc);
create index idx_orders_client_status on orders (client_id, status);
create index idx_orders_site_status on orders (site_id, status);

create table site_product_exclusions (
    site_id uuid not null references sites (id) on delete cascade,
    product_id uuid not null references products (id) on delete cascade,
    reason text,
    created_at timestamptz not null default now(),
    primary key (site_id, product_id)
);

create table admin_users (
    id uuid primary key default gen_random_uuid(),
    email text not null unique,
    username text not null unique,
    password_hash text not null,
    role text not null default 'viewer',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint admin_users_role_check check (role in ('super_admin', 'admin', 'viewer'))
);

create table audit_logs (
    id bigint generated always as identity primary key,
    entity_type text not null,
    entity_id uuid,
    action text not null,
    status text not null,
    written_at timestamptz not null default now()
);

create table schema_versions (
    version integer primary key,
    description text,
    applied_at timestamptz not null default now()
);
