{#
  The schema in which this database has an extension, or nothing where it has it not: indexes that need
  one are made only where it is, since a hosted database may have it and the embedded one has none. It is
  never created here: that is for the owner of the database to say.
#}
{% macro extension_schema(name) -%}
    {%- if execute and name -%}
        {%- set found = run_query(
            "select extnamespace::regnamespace::text from pg_extension where extname = '" ~ name ~ "'"
        ) -%}
        {{ return(found.rows[0][0] if found.rows else '') }}
    {%- endif -%}
    {{ return('') }}
{%- endmacro %}
