{#
  An instant as text, in UTC, whatever the session's TimeZone and DateStyle: milliseconds (`m`) or none
  (`s`) as JavaScript writes them, microseconds for any other form.
#}
{% macro utc_text(instant, form='') -%}
    {%- set fraction = {'m': '.MS', 's': ''}.get(form, '.US') -%}
    to_char({{ instant }} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS{{ fraction }}"Z"')
{%- endmacro %}
