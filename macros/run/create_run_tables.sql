{#
  The tables that outlive a run, made at the start of every run in the schema of this run:
  - runs: each run, how it ended;
  - run_states: what the last run was made from, as digests (scripts/unchanged.py);
  - written_rows: each row a run wrote, what it replaced, the hash of the row as the run left it, and
    the columns a trigger of the table made otherwise. Of one row the newest run has the last word;
  - written_columns: the columns that the hashes of a run cover;
  - created_tables: the final tables a run created, and when a cut-over handed them to the application;
  - checkpoints: how far each live table's batches are;
  - load_parts: when each part of making a new final table ended, for the seconds by phase;
  - conflicts: rows that differ and were the application's, with who won;
  - corrections: the operator's, laid over the documents;
  - id_aliases: records whose id one of them changed, made anew by every run.
#}
{% macro create_run_tables() -%}
    {%- set schema = '"' ~ (var('dry_run_schema') or target.schema) ~ '"' %}
    create schema if not exists {{ schema }};
    {{ revoke_from_api('schema ' ~ schema) }}
    create table if not exists {{ work_table('runs') }} (
        run_id text primary key,
        started_at timestamptz not null default now(),
        finished_at timestamptz,
        outcome text,
        corrections_hash text,
        purged_at timestamptz
    );
    create table if not exists {{ work_table('run_states') }} (
        run_id text primary key,
        before jsonb not null,
        after jsonb not null
    );
    create table if not exists {{ work_table('written_rows') }} (
        entity text not null,
        id uuid not null,
        run_id text not null,
        action text not null check (action in ('insert', 'update', 'delete')),
        before jsonb,
        after_hash bigint,
        overruled text[],
        primary key (entity, id, run_id)
    );
    create table if not exists {{ work_table('written_columns') }} (
        run_id text not null,
        entity text not null,
        columns text[] not null,
        primary key (run_id, entity)
    );
    create table if not exists {{ work_table('created_tables') }} (
        entity text primary key,
        run_id text not null,
        handed_over_at timestamptz
    );
    create table if not exists {{ work_table('checkpoints') }} (
        run_id text not null,
        entity text not null,
        batches integer not null,
        batches_done integer not null default 0,
        rows_total bigint not null,
        rows_done bigint not null default 0,
        started_at timestamptz not null default clock_timestamp(),
        updated_at timestamptz not null default clock_timestamp(),
        primary key (run_id, entity)
    );
    create unlogged table if not exists {{ work_table('load_parts') }} (
        run_id text not null,
        entity text not null,
        part text not null,
        ended_at timestamptz not null default clock_timestamp()
    );
    create table if not exists {{ work_table('conflicts') }} (
        run_id text not null,
        entity text not null,
        id uuid not null,
        kind text not null check (
            kind in ('foreign', 'edited', 'deleted', 'taken', 'refused')
        ),
        is_written boolean not null,
        columns text[],
        primary key (run_id, entity, id)
    );
    create table if not exists {{ work_table('corrections') }} (
        source_key text not null,
        field text not null,
        value jsonb not null,
        reason text not null,
        primary key (source_key, field)
    );
    create table if not exists {{ work_table('id_aliases') }} (
        entity text not null,
        old_id uuid not null,
        new_id uuid not null,
        primary key (entity, old_id)
    );
    {%- for name in [
        'runs', 'run_states', 'written_rows', 'written_columns', 'created_tables', 'checkpoints',
        'load_parts', 'conflicts', 'corrections', 'id_aliases'
    ] %}
    {{ close_to_api(work_table(name)) }}
    {%- endfor %}
{%- endmacro %}
