{#
  added_since(table, columns): SQL of whether a row `live` holds something in a column that is not among
  these: one that was added since, and filled by somebody. What the server filled it with when it was added
  counts as nothing; where that cannot be told, it counts as filled.
#}
{% macro create_added_since() -%}
    create or replace function {{ work_function('added_since') }}(of_table regclass, columns text[])
    returns text language sql stable as $function$
        select coalesce(
            string_agg(
                case
                    when atthasmissing
                        then format(
                            'live.%I::text is distinct from %L',
                            attname,
                            (attmissingval::text::text[])[1]
                        )
                    when atthasdef then 'true'
                    else format('live.%I is not null', attname)
                end,
                ' or ' order by attnum
            ),
            'false'
        )
        from pg_attribute
        where
            attrelid = of_table
            and attname::text = any({{ work_function('hashed_columns') }}(of_table))
            and attname::text <> all(columns)
    $function$;
{%- endmacro %}
