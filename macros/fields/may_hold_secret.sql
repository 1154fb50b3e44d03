{#
  Whether the text of a document, in small letters, may name a secret. The regular expression that
  decides takes long, so it is asked only where the first letters of the last word of some secret name
  stand in the text.
#}
{% macro may_hold_secret(text) -%}
    {%- set beginnings = [] -%}
    {%- for name in var('secret_names') -%}
        {%- set beginning = name.split(' ')[-1][:4] -%}
        {%- if beginning not in beginnings -%}{%- do beginnings.append(beginning) -%}{%- endif -%}
    {%- endfor -%}
    (
        (
            {%- for beginning in beginnings %}
            strpos({{ text }}, '{{ beginning }}') > 0
            {{- ' or' if not loop.last }}
            {%- endfor %}
        )
        and {{ text }} ~ '{{ secret_name() }}\\*" *:'
    )
{%- endmacro %}
