{#
  The names under which a document may hold a column: snake_case, camelCase, then the others of the
  var `field_names`, in the order they are asked. One list for reading, judging and documenting.
#}
{% macro field_names(entity, column) -%}
    {%- set own = var('field_names').get(entity, {}).get(column, {}) -%}
    {%- set words = column.split('_') -%}
    {%- set camel = own.get('camel', words[0] ~ words[1:] | map('capitalize') | join) -%}
    {%- set names = [column] if camel == column else [column, camel] -%}
    {{ return(names + own.get('also', [])) }}
{%- endmacro %}
