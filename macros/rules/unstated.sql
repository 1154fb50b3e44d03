{#
  The rule for a value that the document did not state, as an entry of the `rules` of `row_changes`;
  where the value may be missing all the same, `value` is asked as well.
#}
{% macro unstated(column, rule, value=none) -%}
    case
        when {{ column }} is null {%- if value %} and {{ value }} is not null {%- endif %}
            then '{{ rule }}'
    end
{%- endmacro %}
