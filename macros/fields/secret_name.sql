{#
  The names whose values are withheld (var `secret_names`), as a regular expression of what a name ends
  in: the words written together or with `-`, `_` or a blank between them, one or several of them.
#}
{% macro secret_name() -%}
    ({{ var('secret_names') | join('|') | replace(' ', '[-_ ]?') }})s?
{%- endmacro %}
