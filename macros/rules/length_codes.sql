{#
  The rule of a text that an index holds: 2,000 bytes at most. A B-tree entry may not pass a third of a
  page, and a longer one would stop the load.
#}
{% macro length_codes(column, value=none) -%}
    case
        when octet_length({{ value or column }}) > 2000 then '{{ column }}_too_long'
    end
{%- endmacro %}
