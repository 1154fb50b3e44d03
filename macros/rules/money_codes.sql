{#
  The rules of a stated amount: a number that, rounded half away from zero, fits numeric(10, 2) and is
  not negative.
#}
{% macro money_codes(column, required=false) -%}
    case
        when {{ column }}_raw is null then {{ "'" ~ column ~ "_missing'" if required else 'null' }}
        when {{ column }}_number is null then '{{ column }}_malformed'
        when not round({{ column }}_number, 2) between 0 and 99999999.99
            then '{{ column }}_out_of_range'
    end
{%- endmacro %}
