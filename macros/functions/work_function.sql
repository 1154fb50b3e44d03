{#
  A function of ours (see `create_functions`), in the schema of this run.
#}
{% macro work_function(name) -%}
    "{{ var('dry_run_schema') or target.schema }}"."{{ name }}"
{%- endmacro %}
