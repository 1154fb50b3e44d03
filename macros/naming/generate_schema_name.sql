{#
  Puts the six final tables into the application's schema and everything of ours into one of our
  own; a dry run puts both into its ephemeral schema. dbt's default would prefix the target's
  schema, and the final tables must stand exactly where the application reads them.
#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- if var('dry_run_schema') -%}
        {{ var('dry_run_schema') }}
    {%- elif custom_schema_name == 'final' -%}
        {{ env_var('KV_FINAL_SCHEMA', 'public') }}
    {%- else -%}
        {{ target.schema }}
    {%- endif -%}
{%- endmacro %}
