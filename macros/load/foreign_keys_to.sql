{#
  The foreign keys that refer to a table, from tables of anybody, as [table, column], both quoted.
#}
{% macro foreign_keys_to(relation) -%}
    {%- set found = run_query(
        "select conrelid::regclass::text, quote_ident(attname) from pg_constraint"
        ~ " inner join pg_attribute on attrelid = conrelid and attnum = conkey[1]"
        ~ " where contype = 'f' and confrelid = '" ~ relation ~ "'::regclass order by 1, 2"
    ) -%}
    {{ return(found.rows) }}
{%- endmacro %}
