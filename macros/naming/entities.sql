{#
  The entities, parents first: the names of the var `fields`, in its order. Each has its models, its
  contract and its table under this name.
#}
{% macro entities() -%}
    {{ return(var('fields') | list) }}
{%- endmacro %}
