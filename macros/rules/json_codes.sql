{#
  The rule of a stated JSON column: it must be of one of the given JSON types.
#}
{% macro json_codes(column, types=['object']) -%}
    case
        when jsonb_typeof({{ column }}) not in ('{{ types | join("', '") }}')
            then '{{ column }}_malformed'
    end
{%- endmacro %}
