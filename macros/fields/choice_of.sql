{#
  The letter of a field in `spelling`: which of its names the document uses, `0` for none.
#}
{% macro choice_of(field, spelling='spelling') -%}
    substr({{ spelling }}, {{ field.place }}, 1)
{%- endmacro %}
