-- What the following weeks added: brands, site settings, translations; and what an extension allows.

create table brands (
    id uuid primary key default gen_random_uuid(),
    client_id uuid references clients (id) on delete cascade,
    name text not null,
    created_at timestamptz not null default now(),
    unique (name, client_id)
);

alter table clients
add column default_brand_id uuid references brands (id) on delete set null,
add column branding_overrides jsonb default '{}',
add column header_footer_config jsonb default '{}';
create index idx_clients_default_brand_id on clients (default_brand_id)
where default_brand_id is not null;
create index idx_clients_branding_overrides on clients using gin (branding_overrides);

alter table sites
add column brand_id uuid references brands (id) on delete set null,
add column branding_overrides jsonb default '{}',
add column gifts_per_user integer default 1
constraint sites_gifts_per_user_check check (gifts_per_user > 0),
add column default_language text default 'en'
constraint sites_default_language_check check (length(default_language) = 2),
add column default_currency text default 'USD'
constraint sites_default_currency_check check (length(default_currency) = 3),
add column default_country text default 'US'
constraint sites_default_country_check check (length(default_country) = 2),
add column allow_quantity_selection boolean default false,
add column show_pricing boolean default true,
add column default_gift_id uuid references products (id) on delete set null,
add column skip_review_page boolean default false,
add column expired_message text,
add column default_gift_days_after_close integer default 0
constraint sites_default_gift_days_check check (default_gift_days_after_close >= 0),
add column skip_landing_page boolean default false,
add column draft_settings jsonb,
add column available_languages text[] default '{en}',
add column translations jsonb default '{}',
add column draft_available_languages text[];

create schema if not exists extensions;
do $$
declare
    name_of_table text;
begin
    if exists (select from pg_available_extensions where name = 'uuid-ossp') then
        create extension if not exists "uuid-ossp" with schema extensions;
        foreach name_of_table in array array[
            'clients', 'catalogs', 'sites', 'products', 'employees', 'orders'
        ] loop
            execute format(
                'alter table %I alter column id set default extensions.uuid_generate_v4()',
                name_of_table
            );
        end loop;
    end if;
    if exists (select from pg_available_extensions where name = 'pg_trgm') then
        create extension if not exists pg_trgm with schema extensions;
        create index idx_clients_name_trgm on clients using gin (name extensions.gin_trgm_ops);
        create index idx_products_name_trgm on products using gin (name extensions.gin_trgm_ops);
    end if;
end
$$;
