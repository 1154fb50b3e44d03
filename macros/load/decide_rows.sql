{#
  Decides about each row of a batch, now that its rows are locked: fills the temporary table `decided`.

  kind: `insert` and `update` are ours to write. The others are conflicts: `foreign` (a row the
  application wrote stands under the id), `edited` (it was changed since we wrote it), `deleted` (it was
  deleted since), `taken` (a row that stays holds a unique value of it). The var `on_conflict` says who
  wins the first three; a taken value never can. `write_batch` adds `refused` (a trigger kept the row as
  it was).
#}
{% macro decide_rows(live, incoming, batch, parts) -%}
    {%- set policy = var('on_conflict') -%}
    {%- set columns = model['columns'].keys() | map('string') | reject('equalto', 'id') | list -%}
    {%- set uniques = model['constraints'] | selectattr('type', 'equalto', 'unique') | list -%}
    insert into decided (id, kind, is_written, before)
    select
        judged.id,
        judged.kind,
        judged.kind in ('insert', 'update')
        {%- if policy == 'take-kv' %}
        or true
        {%- elif policy == 'newest' %}
        or coalesce(judged.incoming_updated_at > judged.live_updated_at, false)
        {%- endif %},
        judged.before
    from (
        select
            incoming.id,
            case
                when live.id is null and coalesce(last.action, 'delete') = 'delete' then 'insert'
                when live.id is null then 'deleted'
                when coalesce(last.action, 'delete') = 'delete' then 'foreign'
                when last.after_hash is distinct from case
                    {%- for known in parts['hashes'] %}
                    when last.columns = {{ known[0] }} then {{ known[1] }}
                    {%- endfor %}
                end
                    then 'edited'
                else 'update'
            end as kind,
            {{ parts['image'] }} as before,
            incoming.updated_at as incoming_updated_at,
            live.updated_at as live_updated_at
        from planned
        inner join {{ incoming }} as incoming on planned.id = incoming.id
        left join {{ live }} as live on planned.id = live.id
        left join lateral (
            select
                written.action,
                written.after_hash,
                lists.columns
            from {{ work_table('written_rows') }} as written
            inner join {{ work_table('runs') }} as runs on written.run_id = runs.run_id
            left join {{ work_table('written_columns') }} as lists
                on written.run_id = lists.run_id and written.entity = lists.entity
            where written.entity = '{{ live.identifier }}' and written.id = planned.id
            order by runs.started_at desc
            limit 1
        ) as last on true
        where
            planned.batch = {{ batch }}
            and (
                live.id is null
                or ({{ 'live.' ~ columns | join(', live.') }})
                is distinct from ({{ 'incoming.' ~ columns | join(', incoming.') }})
            )
    ) as judged;
    {%- for constraint in uniques %}
    -- Whoever keeps its value keeps another from taking it, and so on.
    loop
        update decided
        set is_written = false, kind = 'taken'
        from {{ incoming }} as incoming
        inner join {{ live }} as live
            on
                live.id <> incoming.id
                {%- for column in constraint.columns %}
                and live.{{ column }} = incoming.{{ column }}
                {%- endfor %}
        where
            decided.id = incoming.id
            and decided.is_written
            and not exists (
                select from decided as other
                inner join {{ incoming }} as changed on other.id = changed.id
                where
                    other.id = live.id
                    and other.is_written
                    and (changed.{{ constraint.columns | join(', changed.') }})
                    is distinct from (live.{{ constraint.columns | join(', live.') }})
            );
        exit when not found;
    end loop;
    {%- endfor %}
{%- endmacro %}
