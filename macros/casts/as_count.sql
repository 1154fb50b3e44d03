{#
  A number as the count a column holds, or null where it does not fit.
#}
{% macro as_count(number) -%}
    case
        when {{ number }} between 0 and 2147483647 and {{ number }} = trunc({{ number }})
            then {{ number }}::integer
    end
{%- endmacro %}
