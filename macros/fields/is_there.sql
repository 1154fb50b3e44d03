{#
  Whether a document has a name at all, whatever stands under it; a dot goes one level down.
#}
{% macro is_there(name) -%}
    {%- if '.' in name -%}
        ({{ json_at(name) }} is not null)
    {%- else -%}
        document ? '{{ name }}'
    {%- endif -%}
{%- endmacro %}
