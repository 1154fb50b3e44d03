{#
  A word of a vocabulary from a boolean field of the document, where the vocabulary itself says nothing.
#}
{% macro word_of_flag(name, when_true, when_false) -%}
    case {{ to_boolean("btrim(document ->> '" ~ name ~ "')") }}
        when true then '{{ when_true }}'
        when false then '{{ when_false }}'
    end
{%- endmacro %}
