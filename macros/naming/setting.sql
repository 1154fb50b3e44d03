{#
  A setting of this run: the target's own variable (KV_PROD_COPY_ENVIRONMENT), then the general one
  (KV_ENVIRONMENT), then the default. dbt vars cannot differ by target; variables can.
#}
{% macro setting(name, default) -%}
    {%- set own = 'KV_' ~ target.name | upper | replace('-', '_') ~ '_' ~ name -%}
    {{ return(env_var(own, env_var('KV_' ~ name, default))) }}
{%- endmacro %}
