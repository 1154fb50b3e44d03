{#
  on-run-start: refuses a protected target unless the task, or KV_ALLOW_PROTECTED=<target>, allows it;
  then makes the tables that outlive a run and enters this one. `dbt test`, `docs` and `compile` write
  nothing.
#}
{% macro start_run() -%}
    {%- if execute and flags.WHICH in ('run', 'build', 'seed') -%}
        {%- if target.name == 'prod' and env_var('KV_ALLOW_PROTECTED', '') != target.name -%}
            {{ exceptions.raise_compiler_error(
                "The target 'prod' is protected. Run `invoke migrate --target=prod`, or set "
                ~ "KV_ALLOW_PROTECTED=prod for this one command."
            ) }}
        {%- endif -%}
        create schema if not exists "{{ var('dry_run_schema') or target.schema }}";
        create table if not exists {{ work_table('runs') }} (
            run_id text primary key,
            started_at timestamptz not null default now(),
            finished_at timestamptz,
            outcome text
        );
        alter table {{ work_table('runs') }} add column if not exists corrections_hash text;
        alter table {{ work_table('runs') }} add column if not exists purged_at timestamptz;
        create table if not exists {{ work_table('written_rows') }} (
            run_id text not null,
            entity text not null,
            id uuid not null,
            action text not null check (action in ('insert', 'update')),
            before jsonb,
            primary key (run_id, entity, id)
        );
        create table if not exists {{ work_table('created_tables') }} (
            entity text primary key,
            run_id text not null
        );
        create table if not exists {{ work_table('corrections') }} (
            source_key text not null,
            field text not null,
            value jsonb not null,
            reason text not null,
            primary key (source_key, field)
        );
        {{ create_functions() }}
        insert into {{ work_table('runs') }} (run_id, corrections_hash)
        values (
            '{{ run_id() }}',
            nullif('{{ env_var("KV_CORRECTIONS_HASH", "") }}', '')
        )
        on conflict (run_id) do nothing;
    {%- endif -%}
{%- endmacro %}
