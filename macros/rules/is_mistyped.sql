{#
  Whether staging has found the column to hold no text at all: then nothing more is said about it.
#}
{% macro is_mistyped(column) -%}
    mistyped_codes ~ '(^|,){{ column }}_malformed(,|$)'
{%- endmacro %}
