{#
  The rules of a stated count: a whole number, from 0 to what the column's integer holds.
#}
{% macro count_codes(column) -%}
    case
        when {{ column }}_raw is null then null
        when {{ column }}_number is null or {{ column }}_number <> trunc({{ column }}_number)
            then '{{ column }}_malformed'
        when not {{ column }}_number between 0 and 2147483647
            then '{{ column }}_out_of_range'
    end
{%- endmacro %}
