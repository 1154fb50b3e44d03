{#
  Inside `secret_paths`: whether a JSON value is a text that looks like JSON with a secret name in it.
#}
{% macro json_text_with_secret(value) -%}
    (
        jsonb_typeof({{ value }}) = 'string'
        and ({{ value }} #>> '{}') collate "C" ~* ('"[^"]*' || secret_name || '\\*" *:')
    )
{%- endmacro %}
