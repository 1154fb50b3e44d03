-- The roles of kv-to-tables, each with as little as its tasks need.
--
-- Run sections 1 and 2 in the database that is migrated, as the owner of its tables; section 3 in a
-- database that is to receive a copy; section 4 when all is done. Plain statements: any client will
-- do. Edit first, where yours differ: the database `postgres`, the schema `public`, the store
-- `kv_store_6fcaeea3`, our own schema `kv_to_tables`. Give each role a password by hand (alter role
-- kv_reader password ...), in a session whose statements nobody logs. `invoke preflight` as the role
-- names whatever is missing.
--
-- On Supabase: run this as `postgres`. It owns the tables and passes row-level security, but is no
-- superuser. Connect to the direct host db.<project>.supabase.co, or where that has no address you
-- can reach (it is IPv6) to the session pooler aws-<n>-<region>.pooler.supabase.com, in both cases
-- on port 5432, sslmode=require or better; at the pooler the user is <role>.<project>, for example
-- kv_migrator.<project>. Port 6543 is the pooler in transaction mode: a run refuses it.
--
-- Ownership. A run that only inserts needs none. One that updates rows which are there must be
-- their table's owner to switch off the application's trigger on updated_at while it writes; without
-- it those rows get the present as updated_at, and everything else is as it should be. Whoever needs
-- the first connects as the owner (on Supabase `postgres`) for that one run: to own six tables is
-- to be able to drop them, and no role here is given that.


-- Section 1: kv_reader, for census, preflight, verify, status, rejects, backup and the source of
-- a copy. It reads the store, the six tables and what runs left, and nothing else.

create role kv_reader login;
-- A second lock on the same door: a session of its own may not write even where it could.
alter role kv_reader set default_transaction_read_only = on;
grant connect on database postgres to kv_reader;
-- To name anything in the schema at all.
grant usage on schema public to kv_reader;
-- The store: what is counted, looked at, compared and saved.
grant select on public.kv_store_6fcaeea3 to kv_reader;
-- The six tables: what verify compares with the store, and what a backup saves.
grant select on public.clients, public.catalogs, public.sites to kv_reader;
grant select on public.products, public.employees, public.orders to kv_reader;
-- Row-level security would show it an empty store and empty tables. These policies let it read all;
-- they do nothing where row-level security is off. Who may (a superuser; from PostgreSQL 16 on also a
-- role that has both CREATEROLE and BYPASSRLS) can say `alter role kv_reader bypassrls` in their place.
create policy kv_reader_reads on public.kv_store_6fcaeea3 for select to kv_reader using (true);
create policy kv_reader_reads on public.clients for select to kv_reader using (true);
create policy kv_reader_reads on public.catalogs for select to kv_reader using (true);
create policy kv_reader_reads on public.sites for select to kv_reader using (true);
create policy kv_reader_reads on public.products for select to kv_reader using (true);
create policy kv_reader_reads on public.employees for select to kv_reader using (true);
create policy kv_reader_reads on public.orders for select to kv_reader using (true);


-- Section 2: kv_migrator, for migrate, its dry run, and rollback. It writes rows of the six tables,
-- reads the store, and makes what it likes in schemas of its own.

create role kv_migrator login;
grant connect on database postgres to kv_migrator;
-- Its own schema, and the ephemeral schema of a dry run.
grant create on database postgres to kv_migrator;
-- The rows of an update stand in a temporary table before they are compared.
grant temporary on database postgres to kv_migrator;
grant usage on schema public to kv_migrator;
-- The store is read, never written.
grant select on public.kv_store_6fcaeea3 to kv_migrator;
-- insert and update: migrate. delete: rollback, of rows a run inserted.
grant select, insert, update, delete on public.clients, public.catalogs, public.sites to kv_migrator;
grant select, insert, update, delete on public.products, public.employees, public.orders
to kv_migrator;
-- A dry run copies the six with their foreign keys; those to other tables need this one privilege,
-- which neither reads nor writes a row. One line for each such table; preflight names them.
grant references (id) on public.brands to kv_migrator;
-- A rollback asks whether rows of other tables refer to those it would delete: only that column.
-- One line for each such table, and a policy where row-level security is on; preflight names them.
grant select (site_id, product_id) on public.site_product_exclusions to kv_migrator;
grant select (client_id) on public.brands to kv_migrator;
create policy kv_migrator_reads on public.brands for select to kv_migrator using (true);
-- As above: all rows are seen, and every row of ours is let in.
create policy kv_migrator_reads on public.kv_store_6fcaeea3 for select to kv_migrator using (true);
create policy kv_migrator_writes on public.clients to kv_migrator using (true) with check (true);
create policy kv_migrator_writes on public.catalogs to kv_migrator using (true) with check (true);
create policy kv_migrator_writes on public.sites to kv_migrator using (true) with check (true);
create policy kv_migrator_writes on public.products to kv_migrator using (true) with check (true);
create policy kv_migrator_writes on public.employees to kv_migrator using (true) with check (true);
create policy kv_migrator_writes on public.orders to kv_migrator using (true) with check (true);
-- For the next three lines: whoever runs this must be able to act as the role.
grant kv_migrator to current_user;
-- Ours: verdicts, ledger, rejects, what rollback needs. No API shows this schema.
create schema kv_to_tables authorization kv_migrator;
-- verify reads what a run has left, and every run makes its tables anew.
alter default privileges for role kv_migrator in schema kv_to_tables
grant select on tables to kv_reader;
grant usage on schema kv_to_tables to kv_reader;
revoke kv_migrator from current_user;
-- Only where some of the six are not there and a run must make them (preflight says so):
--   grant create on schema public to kv_migrator;
--   grant references on each of the six that is there to kv_migrator;


-- Section 3: kv_copier, in a database that receives a copy, never in production. It makes the store
-- and the tables there, and owns them: load, sample, copy, restore, migrate and rollback.

create role kv_copier login;
grant connect, create, temporary on database postgres to kv_copier;
-- The store and the six tables are made here.
grant usage, create on schema public to kv_copier;


-- Section 4: taking it back, in the migrated database, when nobody will roll back any more and the
-- ledger and the rejects in kv_to_tables are kept elsewhere. `reassign` comes before `drop owned`: a
-- table of the six that a run has made stays, with whoever runs this. What is dropped then are
-- grants, default privileges and policies. First for kv_migrator, then the same for kv_reader:
--   grant kv_migrator to current_user;
--   drop schema if exists kv_to_tables cascade;
--   reassign owned by kv_migrator to current_user;
--   drop owned by kv_migrator;
--   drop role kv_migrator;
