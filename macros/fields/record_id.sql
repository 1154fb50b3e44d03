{#
  The id a record goes by: the document's own; the key's where the document has none, or where it
  repeats the whole key (the application's public endpoint wrote orders like that).
#}
{% macro record_id() -%}
    coalesce(
        nullif(nullif(btrim(document ->> 'id', e' \t\n\r\f\v'), ''), source_key),
        key_id
    )
{%- endmacro %}
