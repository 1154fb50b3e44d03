{#
  Refuses a run where something that is no table has the name of a final one: dbt would drop a view to put
  its table there, with all that depends on it.
#}
{% macro check_final_names() -%}
    {%- set query -%}
        select relname::text
        from pg_class
        where
            relnamespace = to_regnamespace(quote_ident('{{ generate_schema_name('final', none) }}'))
            and relname in ('{{ entities() | join("', '") }}')
            and relkind not in ('r', 'p', 'i', 'I', 'S', 'c')
        order by relname
    {%- endset -%}
    {%- for row in run_query(query).rows -%}
        {{ exceptions.raise_compiler_error(
            generate_schema_name('final', none) ~ '.' ~ row[0] ~ ' is no table: move it away, or set '
            ~ 'KV_FINAL_SCHEMA.'
        ) }}
    {%- endfor -%}
{%- endmacro %}
