{#
  The rule of a stated time: it must be one.
#}
{% macro instant_codes(column, typed=none) -%}
    case
        when {{ column }}_raw is not null and {{ typed or column }} is null
            then '{{ column }}_malformed'
    end
{%- endmacro %}
