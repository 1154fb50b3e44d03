{#
  The incremental strategy `upsert`: decides once, in `written_rows`, which rows are new and which
  differ, keeps what an update replaces, and writes those rows and no other; an unchanged store
  writes nothing (`xmin` stays).

  dbt's own strategies do not serve: delete+insert fails on parents that children reference, and
  merge rewrites every row. Only the model's own columns are compared and written: columns the
  application added stay as they are.
#}
{% macro get_incremental_upsert_sql(arg_dict) -%}
    {%- set target_relation = arg_dict['target_relation'] -%}
    {%- set key = arg_dict['unique_key'] -%}
    {%- set columns = model['columns'].keys() | map('string') | list -%}
    {%- set others = columns | reject('equalto', key) | list -%}
    {%- set written = work_table('written_rows') -%}
    insert into {{ written }} (run_id, entity, id, action, before)
    select
        '{{ run_id() }}',
        '{{ target_relation.identifier }}',
        incoming.{{ key }},
        case when live.{{ key }} is null then 'insert' else 'update' end,
        to_jsonb(live)
    from {{ arg_dict['temp_relation'] }} as incoming
    left join {{ target_relation }} as live on incoming.{{ key }} = live.{{ key }}
    where
        live.{{ key }} is null
        or ({{ 'live.' ~ others | join(', live.') }})
        is distinct from ({{ 'incoming.' ~ others | join(', incoming.') }});

    {%- set writing %}
    {{ release_values(target_relation, arg_dict['temp_relation'], key) }}

    insert into {{ target_relation }} ({{ columns | join(', ') }})
    select {{ 'incoming.' ~ columns | join(', incoming.') }}
    from {{ arg_dict['temp_relation'] }} as incoming
    inner join {{ written }} as written
        on
            written.run_id = '{{ run_id() }}'
            and written.entity = '{{ target_relation.identifier }}'
            and written.id = incoming.{{ key }}
    on conflict ({{ key }}) do update set
    {%- for column in others %}
        {{ column }} = excluded.{{ column }}{{ ',' if not loop.last }}
    {%- endfor %};
    {%- endset %}
    {{ without_details(writing) }}
{%- endmacro %}
