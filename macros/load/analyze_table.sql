{#
  A post-hook: statistics for a table just built, for the joins that follow; nothing for a view.
#}
{% macro analyze_table() -%}
    {%- if config.get('materialized') != 'view' -%}
        analyze {{ this }}
    {%- endif -%}
{%- endmacro %}
