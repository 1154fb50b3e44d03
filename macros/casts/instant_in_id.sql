{#
  The instant the application put into an id: epoch milliseconds (`client-1770900000123-a1b2c3d`,
  `ORD-1770900000123`), or null.
#}
{% macro instant_in_id(id) -%}
    {{ to_instant("substring(" ~ id ~ " from '^[A-Za-z]+-([0-9]{13})(?:-|$)')") }}
{%- endmacro %}
