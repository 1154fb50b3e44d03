{#
  The JSON under one name of a document; a dot goes one level down. `as_text` takes it as text.
#}
{% macro json_at(name, as_text=false) -%}
    {%- set arrow = '>>' if as_text else '>' -%}
    {%- if '.' in name -%}
        document #{{ arrow }} '{ {{- name | replace('.', ',') -}} }'
    {%- else -%}
        document -{{ arrow }} '{{ name }}'
    {%- endif -%}
{%- endmacro %}
