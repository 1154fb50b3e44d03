{#
  Whether text is a UUID as RFC 9562 writes it, any version, either case: the only form whose cast we
  allow (PostgreSQL would also take braces and missing hyphens). Three plain questions, because one
  regular expression of counted digits takes three times as long.
#}
{% macro is_uuid(raw) -%}
    (
        {{ raw }} like '________-____-____-____-____________'
        and {{ raw }} !~ '[^-0-9a-fA-F]'
        and length(replace({{ raw }}, '-', '')) = 32
    )
{%- endmacro %}
