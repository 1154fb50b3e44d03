{#
  A column that names another record, as text: only text or a number can name one. Anything else is
  nothing here, and `mistyped` says what is wrong with it.
#}
{% macro reference_of(entity, column) -%}
    case
        when
            jsonb_typeof({{ stated_json(entity, column) }}) in ('string', 'number')
            then {{ text_of(entity, column) }}
    end
{%- endmacro %}
