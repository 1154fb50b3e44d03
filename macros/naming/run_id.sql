{#
  What this run goes by: the task's number, or dbt's own for a plain `dbt build`.
#}
{% macro run_id() -%}
    {{ var('run_id') or invocation_id }}
{%- endmacro %}
