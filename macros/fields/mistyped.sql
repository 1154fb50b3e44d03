{#
  The code `<column>_malformed` when a column of text holds an object, an array or a boolean under
  one of its names: `->>` would give its JSON as if it were text.
#}
{% macro mistyped(entity, column) -%}
    case
        when
            {%- for name in field_names(entity, column) %}
            {{ 'or ' if not loop.first }}jsonb_typeof({{ json_at(name) }})
            in ('object', 'array', 'boolean')
            {%- endfor %}
            then '{{ column }}_malformed'
    end
{%- endmacro %}
