{#
  ISO 8601: a date that exists (29 February in leap years only, years 0001 to 9999,
  also once the zone is taken off), alone or with a
  time, alone or with a zone. It admits only what the cast to timestamptz takes, and none of what the
  cast takes too kindly (`tomorrow`, `infinity`, `1/8/2025`).
#}
{% macro iso_pattern() -%}
    {%- set day_31 = '[0-9]{4}-(0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])' -%}
    {%- set day_30 = '[0-9]{4}-(0[469]|11)-(0[1-9]|[12][0-9]|30)' -%}
    {%- set day_28 = '[0-9]{4}-02-(0[1-9]|1[0-9]|2[0-8])' -%}
    {%- set by_4 = '[0-9]{2}(0[48]|[2468][048]|[13579][26])' -%}
    {%- set by_400 = '([02468][048]|[13579][26])00' -%}
    {%- set day_29 = '(' ~ by_4 ~ '|' ~ by_400 ~ ')-02-29' -%}
    {%- set clock = '([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\\.[0-9]{1,6})?)?' -%}
    {%- set zone = '(Z|[+-](0[0-9]|1[0-4]):?[0-5][0-9])' -%}
    ^(?!0000)(?!0001-01-01.*[+])(?!9999-12-31.*-[0-9]{2}:?[0-9]{2}$)({{ day_31 }}|{{ day_30 }}|{{ day_28 }}|{{ day_29 }})([T ]{{ clock }}{{ zone }}?)?$
{%- endmacro %}
