{#
  A table of ours that is no model (runs, written_rows), in the schema of this run.
#}
{% macro work_table(name) -%}
    "{{ var('dry_run_schema') or target.schema }}"."{{ name }}"
{%- endmacro %}
