{#
  image_of_row(table): SQL of a row `live` as jsonb, to be kept as what was there before. In it a null says
  SQL's null: columns that hold the JSON null are named under the empty name, which no column can have.
#}
{% macro create_image_of_row() -%}
    create or replace function {{ work_function('image_of_row') }}(of_table regclass)
    returns text language sql stable as $function$
        select 'to_jsonb(live)' || coalesce(
            ' || case when ' || string_agg(nulled.condition, ' or ')
            || ' then jsonb_build_object('''', array_remove(array['
            || string_agg(format('case when %s then %L end', nulled.condition, nulled.name), ', ')
            || '], null)) else ''{}'' end',
            ''
        )
        from (
            select
                attname::text as name,
                format('coalesce(%s_typeof(live.%I) = %L, false)', atttypid::regtype, attname, 'null')
                    as condition
            from pg_attribute
            where
                attrelid = of_table
                and attnum > 0
                and not attisdropped
                and atttypid in ('json'::regtype, 'jsonb'::regtype)
        ) as nulled
    $function$;
{%- endmacro %}
