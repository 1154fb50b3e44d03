{#
  The three functions that set-based SQL cannot do without, made at the start of every run in our own
  schema. They are called for the few documents that need them, and see nothing but their arguments.
#}
{% macro create_functions() -%}
    {{ create_decoded() }}
    {{ create_laid_over() }}
    {{ create_secret_paths() }}
{%- endmacro %}
