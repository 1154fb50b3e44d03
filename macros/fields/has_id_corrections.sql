{#
  Whether the operator corrected the id of any record in this run: without one, nobody looks for aliases.
#}
{% macro has_id_corrections() -%}
    {%- if execute -%}
        {%- set schema = var('dry_run_schema') or target.schema -%}
        {%- if adapter.get_relation(target.database, schema, 'corrections') -%}
            {%- set found = run_query(
                "select 1 from " ~ work_table('corrections') ~ " where field = 'id' limit 1"
            ) -%}
            {{ return(found.rows | length > 0) }}
        {%- endif -%}
    {%- endif -%}
    {{ return(false) }}
{%- endmacro %}
