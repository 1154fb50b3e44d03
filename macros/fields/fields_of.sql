{#
  All fields of an entity, as `field_of` describes one, in the order their spelling is written down.
  One list for reading, judging, rebuilding and documenting.
#}
{% macro fields_of(entity) -%}
    {%- set fields = [] -%}
    {%- for columns in var('fields')[entity].values() -%}
        {%- for column in columns -%}
            {%- do fields.append(field_of(entity, column)) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(fields) }}
{%- endmacro %}
