{#
  hashed_columns(table): its columns but those that the server alone can set, which are the generated ones
  and identities that are always so.
#}
{% macro create_hashed_columns() -%}
    create or replace function {{ work_function('hashed_columns') }}(of_table regclass)
    returns text[] language sql stable as $function$
        select array_agg(attname::text order by attnum)
        from pg_attribute
        where
            attrelid = of_table
            and attnum > 0
            and not attisdropped
            and attgenerated = ''
            and attidentity <> 'a'
    $function$;
{%- endmacro %}
