{#
  Statements as one that is tried again when a lock cannot be had in time or a deadlock is broken: each
  attempt is a subtransaction, so that all its locks are let go before the pause, which grows and is
  drawn by lot. After `lock_attempts` the error names the sessions that hold the table. Other errors keep
  the name of what was violated and leave out the row (see `without_details`).
#}
{% macro with_retries(relation, statements) -%}
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
                {{ statements }}
                exit;
            exception
                when lock_not_available or deadlock_detected then
                    if attempt >= {{ var('lock_attempts') | int }} then
                        select string_agg(
                            format('%s (%s)', locks.pid, coalesce(sessions.application_name, '')),
                            ', ' order by locks.pid
                        )
                        into holders
                        from (
                            select distinct pid from pg_locks
                            where
                                relation = '{{ relation }}'::regclass
                                and granted
                                and pid <> pg_backend_pid()
                        ) as locks
                        left join pg_stat_activity as sessions on locks.pid = sessions.pid;
                        raise exception using
                            errcode = 'lock_not_available',
                            message = '{{ relation.identifier }} is locked by the session '
                            || coalesce(holders, 'of somebody who has just ended')
                            || '; what is written so far stays, run again when it has ended';
                    end if;
                    perform pg_sleep(least(0.1 * 2 ^ attempt, 5) * (0.5 + random()));
                {{ without_row() }}
            end;
        end loop;
    end
    $statements$;
{%- endmacro %}
