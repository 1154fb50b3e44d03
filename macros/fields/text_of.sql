{#
  A column as trimmed text: the first of its names that holds something. Absent, JSON null and
  empty text are alike nothing. White space is what JSON writers leave at the ends: ASCII only, so
  that the result does not depend on the server's locale.
#}
{% macro text_of(entity, column) -%}
    coalesce(
        {%- for name in field_names(entity, column) %}
        nullif(btrim({{ json_at(name, as_text=true) }}, e' \t\n\r\f\x0b'), '')
        {{- ',' if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}
