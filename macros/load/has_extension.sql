{#
  Whether the server has an extension installed in this database: indexes that need one are made only
  where it is, since a hosted database may have it and the embedded one has none.
#}
{% macro has_extension(name) -%}
    {%- if execute -%}
        {%- set found = run_query("select 1 from pg_extension where extname = '" ~ name ~ "'") -%}
        {{ return(found.rows | length > 0) }}
    {%- endif -%}
    {{ return(false) }}
{%- endmacro %}
