{#
  Whether a document's id is its key, or the end of it from some colon on and with a colon inside.
#}
{% macro is_key_again() -%}
    (
        btrim(document ->> 'id', e' \t\n\r\f\x0b') = source_key
        or (
            strpos(document ->> 'id', ':') > 0
            and right(source_key, length(document ->> 'id') + 1) = ':' || (document ->> 'id')
        )
    )
{%- endmacro %}
