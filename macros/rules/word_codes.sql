{#
  The rule of a column with a closed vocabulary: stated, implied or defaulted, it must be one of the
  words the table takes. `typed` is the value after the maps, the document's hints and the default.
#}
{% macro word_codes(column, words, typed=none) -%}
    case
        when {{ is_mistyped(column) }} then null
        when {{ typed or column }} is null then '{{ column }}_missing'
        when
            {{ typed or column }} not in ('{{ words | join("', '") }}')
            then '{{ column }}_unmapped'
    end
{%- endmacro %}
