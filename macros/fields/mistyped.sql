{#
  The code `<column>_malformed` when a column of text holds an object, an array or a boolean: `->>`
  would give its JSON as if it were text.
#}
{% macro mistyped(entity, column) -%}
    case
        when jsonb_typeof({{ stated_json(entity, column) }}) in ('object', 'array', 'boolean')
            then '{{ column }}_malformed'
    end
{%- endmacro %}
