{#
  A number as the money a column holds, rounded half away from zero, or null where it does not fit.
#}
{% macro as_money(number) -%}
    case
        when round({{ number }}, 2) between 0 and 99999999.99
            then round({{ number }}, 2)::numeric(10, 2)
    end
{%- endmacro %}
