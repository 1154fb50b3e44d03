{#
  ISO 8601 with a zone, and nothing around it: an instant that says everything itself. It is asked of
  texts that are known to be times.
#}
{% macro zoned_pattern() -%}
    ^[0-9]{4}-.*(Z|[0-9][+-][0-9]{2}:?[0-9]{2})$
{%- endmacro %}
