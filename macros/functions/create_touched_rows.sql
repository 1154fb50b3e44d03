{#
  touched_rows(entity, table, among, with_added): the ids of rows that a run wrote and somebody has changed
  (`edited`) or deleted (`deleted`) since, of all or of some; with `with_added` also those that hold
  something in a column which came later (`extended`): whoever deletes a row must know.
#}
{% macro create_touched_rows() -%}
    create or replace function {{ work_function('touched_rows') }}(
        of_entity text,
        of_table regclass,
        among uuid[] default null,
        with_added boolean default false
    )
    returns table (id uuid, kind text) language plpgsql stable as $function$
    declare
        hashes text;
        additions text;
    begin
        select
            string_agg(
                format(
                    'when last.columns = %L then %s',
                    lists.columns,
                    {{ work_function('hash_of_row') }}(of_table, lists.columns)
                ),
                ' '
            ),
            string_agg(
                format(
                    'when last.columns = %L then %s',
                    lists.columns,
                    {{ work_function('added_since') }}(of_table, lists.columns)
                ),
                ' '
            )
        into hashes, additions
        from (
            select distinct columns from {{ work_table('written_columns') }}
            where entity = of_entity
        ) as lists;
        if hashes is null then
            return;
        end if;
        return query execute format(
            $query$
                select judged.id, judged.kind
                from (
                    select
                        last.id,
                        case
                            when live.id is null then 'deleted'
                            when last.after_hash is distinct from case %s end then 'edited'
                            when %L and case %s end then 'extended'
                        end as kind
                    from ({{ last_words('%L') }}) as last
                    left join %s as live on last.id = live.id
                    where last.action <> 'delete' %s
                ) as judged
                where judged.kind is not null
            $query$,
            hashes,
            with_added,
            additions,
            of_entity,
            of_table,
            case when among is not null then 'and last.id = any($1)' end
        )
        using among;
    end
    $function$;
{%- endmacro %}
