{#
  The id a record goes by: the document's own; the key's where the document has none, where its own is
  neither text nor number (`id_faults` says so), or where it repeats the whole key (the application's
  public endpoint wrote orders like that).
#}
{% macro record_id() -%}
    coalesce(
        case
            when jsonb_typeof(document -> 'id') in ('string', 'number')
                then
                    nullif(
                        nullif(btrim(document ->> 'id', e' \t\n\r\f\x0b'), ''), source_key
                    )
        end,
        nullif(key_id, '')
    )
{%- endmacro %}
