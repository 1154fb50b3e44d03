-- Who may do what, and what happens by itself: roles, grants, policies, triggers, comments.

do $$
begin
    if to_regrole('anon') is null then
        create role anon nologin;
    end if;
    if to_regrole('authenticated') is null then
        create role authenticated nologin;
    end if;
    if to_regrole('service_role') is null then
        create role service_role nologin bypassrls;
    end if;
end
$$;

create schema if not exists auth;
create function auth.uid() returns uuid language sql stable as $$
    select nullif(current_setting('request.jwt.claim.sub', true), '')::uuid
$$;
grant usage on schema auth, public to anon, authenticated, service_role;

-- What a hosted project does: every table that is made here later is open to these three.
alter default privileges in schema public
grant all on tables to anon, authenticated, service_role;
grant all on all tables in schema public to service_role, authenticated;
revoke all on all tables in schema public from anon;

alter table clients enable row level security;
alter table catalogs enable row level security;
alter table sites enable row level security;
alter table products enable row level security;
alter table employees enable row level security;
alter table orders enable row level security;
alter table brands enable row level security;
alter table admin_users enable row level security;
alter table audit_logs enable row level security;
alter table schema_versions enable row level security;

create function is_admin() returns boolean language sql stable as $$
    select exists (select from public.admin_users where id = auth.uid())
$$;
create policy clients_admin on clients to authenticated
using ((select public.is_admin())) with check ((select public.is_admin()));
create policy catalogs_admin on catalogs to authenticated
using ((select public.is_admin())) with check ((select public.is_admin()));
create policy sites_admin on sites to authenticated using ((select public.is_admin()));
create policy sites_public on sites for select to anon using (status = 'active');
create policy products_public on products for select to authenticated using (is_active);
create policy employees_of_site on employees for select to authenticated
using (site_id::text = current_setting('request.jwt.claim.site', true));
create policy orders_admin on orders to authenticated using ((select public.is_admin()));

create function update_updated_at_column() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
    new.updated_at := now();
    return new;
end
$$;
create trigger update_clients_updated_at before update on clients
for each row execute function update_updated_at_column();
create trigger update_catalogs_updated_at before update on catalogs
for each row execute function update_updated_at_column();
create trigger update_sites_updated_at before update on sites
for each row execute function update_updated_at_column();
create trigger update_products_updated_at before update on products
for each row execute function update_updated_at_column();
create trigger update_employees_updated_at before update on employees
for each row execute function update_updated_at_column();
create trigger update_orders_updated_at before update on orders
for each row execute function update_updated_at_column();
create trigger update_admin_users_updated_at before update on admin_users
for each row execute function update_updated_at_column();

create function log_order_change() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
    insert into public.audit_logs (entity_type, entity_id, action, status)
    values ('order', coalesce(new.id, old.id), lower(tg_op), 'success');
    return null;
end
$$;
create trigger log_order_changes after insert or update or delete on orders
for each row execute function log_order_change();

comment on table clients is 'Companies that give gifts.';
comment on table catalogs is 'Where gifts come from.';
comment on table sites is 'The pages on which gifts are chosen.';
comment on table products is 'Gifts.';
comment on table employees is 'Who may choose a gift.';
comment on table orders is 'Gifts chosen.';
comment on column sites.catalog_id is 'A foreign key may follow.';
comment on column orders.product_id is 'Empty when the gift is no more.';
comment on constraint sites_slug_format on sites is 'What an address may hold.';

insert into schema_versions (version, description, applied_at)
values (1, 'the first tables', '2026-02-15 09:00:00+00');
