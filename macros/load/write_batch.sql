{#
  One batch of an upsert, as one statement: locks its rows, decides (`decide_rows`), writes, and records
  what it wrote in the same transaction. What stands in our way is waited for a moment and tried again,
  with all locks of the batch let go in between; whoever holds it is named in the end. An error keeps
  the name of what was violated and leaves out the row (see `without_details`).

  A trigger that overwrites `updated_at` is off while rows are updated, so that the record's own stays;
  where we do not own the table it fires, and the column is listed as overruled.
#}
{% macro write_batch(live, incoming, batch, parts) -%}
    {%- set columns = model['columns'].keys() | map('string') | list -%}
    {%- set others = columns | reject('equalto', 'id') | list -%}
    set local statement_timeout = 0;
    {% set writing %}
        perform live.id
        from {{ live }} as live
        inner join planned on live.id = planned.id
        where planned.batch = {{ batch }}
        order by live.id
        for update of live;

        delete from decided;
        {{ decide_rows(live, incoming, batch, parts) }}
        are_updated := exists (select from decided where is_written and before is not null);
        {% for trigger in parts['triggers'] %}
        if are_updated then
            alter table {{ live }} disable trigger {{ trigger[0] }};
        end if;
        {% endfor %}
        {{ release_values(live, incoming) }}
        with updated as (
            update {{ live }} as live
            set
            {%- for column in others %}
                {{ column }} = incoming.{{ column }}{{ ',' if not loop.last }}
            {%- endfor %}
            from {{ incoming }} as incoming, decided
            where live.id = incoming.id and decided.id = incoming.id
                and decided.is_written and decided.before is not null
            returning live.id
        )
        update decided
        set is_written = false, kind = 'refused'
        where is_written and before is not null
            and not exists (select from updated where updated.id = decided.id);

        with inserted as (
            insert into {{ live }} ({{ columns | join(', ') }})
            select {{ 'incoming.' ~ columns | join(', incoming.') }}
            from {{ incoming }} as incoming
            inner join decided on incoming.id = decided.id
            where decided.is_written and decided.before is null
            on conflict do nothing
            returning id
        )
        update decided
        set is_written = false, kind = 'taken'
        where is_written and before is null
            and not exists (select from inserted where inserted.id = decided.id);
        {% for trigger in parts['triggers'] %}
        if are_updated then
            set constraints all immediate;
            alter table {{ live }} enable {{ 'always ' if trigger[1] == 'A' }}trigger {{ trigger[0] }};
        end if;
        {% endfor %}
        {{ record_batch(live, incoming, batch, parts) }}
    {% endset %}
    {{ with_retries([live], writing) }}
{%- endmacro %}
