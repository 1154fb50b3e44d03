{#
  The rule of a stated boolean: it must be one of the declared spellings.
#}
{% macro boolean_codes(column) -%}
    case
        when {{ column }}_raw is not null and {{ column }} is null
            then '{{ column }}_malformed'
    end
{%- endmacro %}
