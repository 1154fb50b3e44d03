{#
  Text as an exact number, or null where it is none: the grammar of JSON numbers, at most 2,000
  characters and three digits of exponent, so that no text can make the cast fail. `NaN` and
  `infinity`, which the cast to numeric takes, are no numbers.
#}
{% macro to_number(raw) -%}
    case
        when
            {{ raw }} ~ '^-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?$'
            and length({{ raw }}) <= 2000
            then ({{ raw }})::numeric
    end
{%- endmacro %}
