{#
  What stands before every statement of a run, so that `invoke status`, and the next run, can tell whose
  session it is.
#}
{% macro query_comment() -%}
    kv-to-tables run {{ run_id() }}
{%- endmacro %}
