{#
  Whether text is an e-mail address the six tables take (facts 2.0) that RFC 5321 does not refuse:
  no leading, trailing or double dot, no label that starts or ends with a hyphen, 64 characters at
  most before the @, 63 in a label, 254 in all (RFC 5321 4.5.3.1, errata 1690). Without validation the
  tables' own pattern alone is asked.
#}
{% macro is_email(raw) -%}
    {%- set pattern = '^[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\\.[A-Za-z]{2,}$' -%}
    {%- if var('skip_validation') -%}
    {{ raw }} ~ '{{ pattern }}'
    {%- else -%}
    (
        {{ raw }} ~ '{{ pattern }}'
        and {{ raw }} !~ '^\.|\.\.|\.@|@[.-]|@.*(\.-|-\.)'
        and length({{ raw }}) <= 254
        and position('@' in {{ raw }}) <= 65
        and (length({{ raw }}) <= 64 or split_part({{ raw }}, '@', 2) !~ '[^.]{64}')
    )
    {%- endif -%}
{%- endmacro %}
