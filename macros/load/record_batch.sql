{#
  The record of a batch, in its transaction: what was written and what it replaced, with the hash of
  each row as it stands now and the columns a trigger made otherwise; the conflicts; the checkpoint.
#}
{% macro record_batch(live, incoming, batch, parts) -%}
    {%- set columns = model['columns'].keys() | map('string') | reject('equalto', 'id') | list -%}
    {%- set differing -%}
        nullif(
            array_remove(
                array[
                {%- for column in columns %}
                    case when live.{{ column }} is distinct from incoming.{{ column }}
                        then '{{ column }}' end{{ ',' if not loop.last }}
                {%- endfor %}
                ],
                null
            ),
            '{}'
        )
    {%- endset -%}
    insert into {{ work_table('written_rows') }}
        (entity, id, run_id, action, before, after_hash, overruled)
    select
        '{{ live.identifier }}',
        decided.id,
        '{{ run_id() }}',
        case when decided.before is null then 'insert' else 'update' end,
        decided.before,
        {{ parts['hash'] }},
        {{ differing }}
    from decided
    inner join {{ incoming }} as incoming on decided.id = incoming.id
    inner join {{ live }} as live on decided.id = live.id
    where decided.is_written;

    insert into {{ work_table('conflicts') }} (run_id, entity, id, kind, is_written, columns)
    select
        '{{ run_id() }}',
        '{{ live.identifier }}',
        decided.id,
        decided.kind,
        decided.is_written,
        case when decided.before is null then null else (
            select {{ differing }}
            from (select (jsonb_populate_record(null::{{ live }}, decided.before)).*) as live
        ) end
    from decided
    inner join {{ incoming }} as incoming on decided.id = incoming.id
    where decided.kind not in ('insert', 'update');

    insert into {{ work_table('written_columns') }} (run_id, entity, columns)
    values ('{{ run_id() }}', '{{ live.identifier }}', {{ parts['columns'] }})
    on conflict (run_id, entity) do nothing;

    update {{ work_table('checkpoints') }}
    set
        batches_done = batches_done + 1,
        rows_done = rows_done + (select count(*) from planned where batch = {{ batch }}),
        updated_at = clock_timestamp()
    where run_id = '{{ run_id() }}' and entity = '{{ live.identifier }}';
{%- endmacro %}
