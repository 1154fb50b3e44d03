{#
  The functions that set-based SQL cannot do without, made at the start of every run in our own schema:
  three that are called for the few documents that need them, and those that know a table's definition.
#}
{% macro create_functions() -%}
    {{ create_decoded() }}
    {{ create_laid_over() }}
    {{ create_secret_paths() }}
    {{ create_row_functions() }}
{%- endmacro %}
