{#
  An instant as JavaScript writes it, of the years 1000 to 9999 and not on 29 February: the part of
  `iso_pattern` that nearly every stated time is of, asked first because it is answered four times as
  fast.
#}
{% macro usual_instant_pattern() -%}
    {%- set any_month = '(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])' -%}
    {%- set no_february = '(0[13-9]|1[0-2])-(29|30)' -%}
    {%- set of_31 = '(0[13578]|1[02])-31' -%}
    ^[1-9][0-9]{3}-({{ any_month }}|{{ no_february }}|{{ of_31 }})T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{3})?Z$
{%- endmacro %}
