{#
  Whether a name is one of those under which a document holds a JSON column.
#}
{% macro is_json_field(entity, name) -%}
    {%- for column in var('fields')[entity].get('jsonb', []) -%}
        {%- if name in field_names(entity, column) -%}
            {{ return(true) }}
        {%- endif -%}
    {%- endfor -%}
    {{ return(false) }}
{%- endmacro %}
