{#
  Enters this run into `runs`, alone: another run that has not ended and is alive stops this one. A run
  is alive while its task holds the lock, or a session of it is on the server; one whose process was
  killed has neither, and is written off as interrupted.

  A session is told by its last statement, which begins with the run it belongs to (`query_comment`).
  Between two statements a plain `dbt build` has none: that is why it is looked for ten times.
#}
{% macro enter_run() -%}
    do $entering$
    declare
        other record;
        holder integer;
    begin
        -- One at a time through this door.
        lock table {{ work_table('runs') }} in share row exclusive mode;
        for other in
            select run_id, started_at from {{ work_table('runs') }}
            where outcome is null and run_id <> '{{ run_id() }}'
        loop
            for attempt in 1..10 loop
                perform pg_stat_clear_snapshot();
                select min(pid) into holder from pg_stat_activity
                where
                    pid <> pg_backend_pid()
                    and (
                        application_name = 'kv-to-tables ' || other.run_id
                        or starts_with(query, '/* kv-to-tables run ' || other.run_id || ' */')
                    );
                exit when holder is not null;
                perform pg_sleep(0.1);
            end loop;
            if holder is not null then
                raise exception using
                    errcode = 'lock_not_available',
                    message = 'the run ' || other.run_id || ' is not over: the session ' || holder
                    || ' holds this database; wait for it, or end that session and run again';
            end if;
            update {{ work_table('runs') }}
            set outcome = 'interrupted', finished_at = clock_timestamp()
            where run_id = other.run_id;
        end loop;
        {#- A run that builds no model (scripts/build.py) leaves what the models made. #}
        {%- if 'model' not in flags.EXCLUDE_RESOURCE_TYPES | map('string') | list %}
        delete from {{ work_table('id_aliases') }};
        {%- endif %}
        insert into {{ work_table('runs') }} (run_id, corrections_hash)
        values (
            '{{ run_id() }}',
            nullif('{{ env_var("KV_CORRECTIONS_HASH", "") }}', '')
        )
        on conflict (run_id) do nothing;
    end
    $entering$;
{%- endmacro %}
