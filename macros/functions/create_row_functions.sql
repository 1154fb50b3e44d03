{#
  Functions that look at a table's definition for the upsert and the rollback, which both must know
  whether a row is still as a run left it:
  - hashed_columns(table): its columns but generated ones;
  - hash_of_row(table, columns): SQL of a hash of a row `live`, over these columns. Null where one of
    them is gone. Instants and numbers are hashed as values, so that no setting of a session matters;
    jsonb as text, for the server's own hash of it takes different nesting for equal;
  - touched_rows(entity, table, among): the ids of rows that a run wrote and somebody has changed
    (`edited`) or deleted (`deleted`) since, of all or of some;
  - touching_triggers(table): the row triggers before an update whose function does nothing but set
    `updated_at` (var `touch_function`, or the extension moddatetime), where we may switch them off
    (ALTER TABLE asks for the owner).
#}
{% macro create_row_functions() -%}
    create or replace function {{ work_function('hashed_columns') }}(of_table regclass)
    returns text[] language sql stable as $function$
        select array_agg(attname::text order by attnum)
        from pg_attribute
        where attrelid = of_table and attnum > 0 and not attisdropped and attgenerated = ''
    $function$;

    create or replace function {{ work_function('hash_of_row') }}(of_table regclass, columns text[])
    returns text language sql stable as $function$
        select
            case
                when count(attname) < cardinality(columns) then 'null::bigint'
                else
                    'hash_record_extended(row('
                    || string_agg(
                        format('live.%I', name)
                        || case
                            when atttypid::regtype::text in (
                                'uuid', 'text', 'boolean', 'integer', 'bigint', 'numeric', 'date',
                                'timestamp with time zone', 'timestamp without time zone'
                            ) then ''
                            else '::text'
                        end,
                        ', ' order by place
                    )
                    || '), 0)'
            end
        from unnest(columns) with ordinality as named (name, place)
        left join pg_attribute
            on attrelid = of_table and attname = name and attnum > 0 and not attisdropped
    $function$;

    create or replace function {{ work_function('touching_triggers') }}(of_table regclass)
    returns setof pg_trigger language sql stable as $function$
        select trigger.*
        from pg_trigger as trigger
        inner join pg_proc as function on trigger.tgfoid = function.oid
        inner join pg_class as relation on trigger.tgrelid = relation.oid
        where
            trigger.tgrelid = of_table
            and not trigger.tgisinternal
            -- Row (1), before (2), update (16).
            and trigger.tgtype & 19 = 19
            and trigger.tgenabled in ('O', 'A')
            and (
                function.prosrc ~* '{{ var("touch_function") }}'
                or function.proname = 'moddatetime'
                and encode(trigger.tgargs, 'escape') like 'updated\_at%'
            )
            and pg_has_role(relation.relowner, 'usage')
        order by trigger.tgname
    $function$;

    create or replace function {{ work_function('touched_rows') }}(
        of_entity text, of_table regclass, among uuid[] default null
    )
    returns table (id uuid, kind text) language plpgsql stable as $function$
    declare
        hashes text;
    begin
        select string_agg(
            format(
                'when last.columns = %L then %s',
                lists.columns,
                {{ work_function('hash_of_row') }}(of_table, lists.columns)
            ),
            ' '
        )
        into hashes
        from (
            select distinct columns from {{ work_table('written_columns') }}
            where entity = of_entity
        ) as lists;
        if hashes is null then
            return;
        end if;
        return query execute format(
            $query$
                select
                    last.id,
                    case when live.id is null then 'deleted' else 'edited' end
                from ({{ last_words('%L') }}) as last
                left join %s as live on last.id = live.id
                where
                    last.action <> 'delete' %s
                    and (
                        live.id is null
                        or last.after_hash is distinct from case %s end
                    )
            $query$,
            of_entity, of_table, case when among is not null then 'and last.id = any($1)' end, hashes
        )
        using among;
    end
    $function$;
{%- endmacro %}
