{#
  A UUID as RFC 9562 writes it, any version, either case: the only form whose cast we allow
  (PostgreSQL would also take braces and missing hyphens).
#}
{% macro uuid_pattern() -%}
    ^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$
{%- endmacro %}
