{#
  The ids that stand in the application's own table already, as a query; empty where there is no such
  table. In a dry run this still reads the real table, never the ephemeral copy.
#}
{% macro live_ids(entity) -%}
    {%- set schema = env_var('KV_FINAL_SCHEMA', 'public') -%}
    {%- set live = adapter.get_relation(target.database, schema, entity) if execute else none -%}
    {%- if live -%}
        select id from {{ live }}
    {%- else -%}
        select null::uuid as id where false
    {%- endif -%}
{%- endmacro %}
