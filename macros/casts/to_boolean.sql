{#
  Text as a boolean by the declared spellings, or null where it is none of them. The cast would also
  take `tr`, `of`, `y` and other beginnings of words.
#}
{% macro to_boolean(raw) -%}
    case
        when {{ raw }} in ('true', 'yes', '1') then true
        when {{ raw }} in ('false', 'no', '0') then false
    end
{%- endmacro %}
