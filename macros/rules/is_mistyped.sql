{#
  Whether staging has found the column to hold no text at all: then nothing more is said about it.
#}
{% macro is_mistyped(column, codes='mistyped_codes') -%}
    ({{ codes }} <> '' and {{ codes }} ~ '(^|,){{ column }}_malformed(,|$)')
{%- endmacro %}
