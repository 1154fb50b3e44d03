{#
  Plans an upsert, in the open transaction, and gives the numbers of its batches: a temporary table
  `planned` with the id of every row that is new or differs, and its batch. Whether a row may be
  written is decided in its batch, when it is locked.

  Rows that pass a unique value to one another all stand in batch 0: PostgreSQL checks a unique
  constraint row by row, so one of them gives its value up for the moment, and nobody else may see that.
#}
{% macro plan_writes(live, incoming) -%}
    {%- set columns = model['columns'].keys() | map('string') | reject('equalto', 'id') | list -%}
    {%- set uniques = model['constraints'] | selectattr('type', 'equalto', 'unique') | list -%}
    {%- call statement('plan', auto_begin=true) -%}
        analyze {{ incoming }};
        create temporary table planned as
        with differing as (
            select incoming.id
            from {{ incoming }} as incoming
            left join {{ live }} as live on incoming.id = live.id
            where
                live.id is null
                or ({{ 'live.' ~ columns | join(', live.') }})
                is distinct from ({{ 'incoming.' ~ columns | join(', incoming.') }})
        ),
        passing as (
            select null::uuid as giver_id, null::uuid as taker_id where false
            {%- for constraint in uniques %}
            union
            select giver.id, taker.id
            from {{ live }} as live
            inner join {{ incoming }} as giver on live.id = giver.id
            inner join {{ incoming }} as taker
                on
                    live.id <> taker.id
                    {%- for column in constraint.columns %}
                    and live.{{ column }} = taker.{{ column }}
                    {%- endfor %}
            where
                (giver.{{ constraint.columns | join(', giver.') }})
                is distinct from (live.{{ constraint.columns | join(', live.') }})
            {%- endfor %}
        ),
        together as (
            select giver_id as id from passing
            union
            select taker_id from passing
        )
        select
            differing.id,
            case
                when together.id is not null then 0
                else 1 + (
                    row_number() over (
                        partition by together.id is null order by differing.id
                    ) - 1
                ) / {{ var('batch_size') | int }}
            end as batch
        from differing
        left join together on differing.id = together.id;
        create index on planned (batch);
        analyze planned;
        create temporary table decided (
            id uuid primary key,
            kind text not null,
            is_written boolean not null,
            before jsonb
        ) on commit delete rows;
        insert into {{ work_table('checkpoints') }} (run_id, entity, batches, rows_total)
        select
            '{{ run_id() }}',
            '{{ live.identifier }}',
            count(distinct planned.batch),
            count(*)
        from planned
        on conflict (run_id, entity) do update set
            batches = excluded.batches,
            rows_total = checkpoints.rows_done + excluded.rows_total
    {%- endcall -%}
    {%- call statement('batches', fetch_result=true, auto_begin=true) -%}
        select distinct batch::integer from planned order by batch
    {%- endcall -%}
    {{ return(load_result('batches')['data'] | map('first') | list) }}
{%- endmacro %}
