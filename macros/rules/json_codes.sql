{#
  The rule of a stated JSON column: it must be of one of the given JSON types. No constraint stands
  behind it, so a run without validation takes the value as it is.
#}
{% macro json_codes(column, types=['object']) -%}
    {%- if var('skip_validation') -%}
    null
    {%- else -%}
    case
        when jsonb_typeof({{ column }}) not in ('{{ types | join("', '") }}')
            then '{{ column }}_malformed'
    end
    {%- endif -%}
{%- endmacro %}
