{#
  A column as trimmed text, under the name that `choices` says. Absent, JSON null and empty text are
  alike nothing. White space is what JSON writers leave at the ends: ASCII only, so that the result
  does not depend on the server's locale.
#}
{% macro text_of(entity, column) -%}
    {%- set field = field_of(entity, column) -%}
    nullif(
        btrim(
            case {{ field.chosen }}
                {%- for name in field.names %}
                when {{ name.byte }} then {{ name.text }}
                {%- endfor %}
            end,
            e' \t\n\r\f\x0b'
        ),
        ''
    )
{%- endmacro %}
