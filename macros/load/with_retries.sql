{#
  Statements as one that is tried again when a lock cannot be had within `lock_timeout` or a deadlock is
  broken: each attempt is a subtransaction, so that all its locks are let go before the pause, which grows
  and is drawn by lot. After `lock_attempts` the error names the sessions that hold one of the tables.
  Other errors keep the name of what was violated and leave out the row (see `without_details`).
#}
{% macro with_retries(relations, statements) -%}
    do $statements$
    declare
        attempt integer := 0;
        are_updated boolean;
        holders text;
        name_of_constraint text;
        name_of_column text;
    begin
        loop
            attempt := attempt + 1;
            begin
                perform set_config('lock_timeout', '{{ var("lock_timeout") }}', true);
                {{ statements }}
                exit;
            exception
                when lock_not_available or deadlock_detected then
                    if attempt >= {{ var('lock_attempts') | int }} then
                        select string_agg(
                            format(
                                '%s is locked by the session %s (%s)',
                                classes.relname,
                                locks.pid,
                                sessions.application_name
                            ),
                            ', ' order by classes.relname, locks.pid
                        )
                        into holders
                        from (
                            select distinct relation, pid from pg_locks
                            where granted and pid <> pg_backend_pid()
                        ) as locks
                        inner join pg_class as classes on locks.relation = classes.oid
                        left join pg_stat_activity as sessions on locks.pid = sessions.pid
                        where classes.oid in (
                            {%- for relation in relations %}
                            '{{ relation }}'::regclass{{ ',' if not loop.last }}
                            {%- endfor %}
                        );
                        raise exception using
                            errcode = 'lock_not_available',
                            message = coalesce(
                                holders, 'a table was locked by a session that has just ended'
                            ) || '; what is written so far stays, run again when it has ended';
                    end if;
                    perform pg_sleep(least(0.1 * 2 ^ attempt, 5) * (0.5 + random()));
                {{ without_row() }}
            end;
        end loop;
    end
    $statements$;
{%- endmacro %}
