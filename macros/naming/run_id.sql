{#
  What this run goes by: the task's number (KV_RUN_ID), or dbt's own for a plain `dbt build`. A
  variable, because another --vars at every run would make dbt parse the project anew.
#}
{% macro run_id() -%}
    {{ env_var('KV_RUN_ID', '') or invocation_id }}
{%- endmacro %}
