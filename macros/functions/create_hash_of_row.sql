{#
  hash_of_row(table, columns): SQL of a hash of a row `live` over these columns; null where one of them is
  gone. Instants and numbers are hashed as values, so that no setting of a session matters; jsonb as text,
  for the server's own hash of it takes different nesting for equal.
#}
{% macro create_hash_of_row() -%}
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
{%- endmacro %}
