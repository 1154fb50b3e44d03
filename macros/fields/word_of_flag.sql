{#
  A word of a vocabulary from a boolean field of the document, where the vocabulary itself says nothing.
#}
{% macro word_of_flag(name, yes, no) -%}
    case {{ to_boolean("btrim(document ->> '" ~ name ~ "')") }}
        when true then '{{ yes }}'
        when false then '{{ no }}'
    end
{%- endmacro %}
