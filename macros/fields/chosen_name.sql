{#
  Which of its names a document uses for a field, as the byte of its letter in `choices` (the bytes of
  `spelling`): 49 is the first, 48 none. A byte is read and compared for a tenth of what a letter costs,
  and a document is asked for it about three times a field.
#}
{% macro chosen_name(field) -%}
    get_byte(choices, {{ field.place - 1 }})
{%- endmacro %}
