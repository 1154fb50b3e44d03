{#
  The id a record goes by: the document's own; the key's where the document has none, where its own is
  neither text nor number (`id_faults` says so), or where it repeats the key, whole or from some colon
  on (the application's public endpoint wrote orders like that, and a later moving of keys put an
  environment before them).
#}
{% macro record_id() -%}
    coalesce(
        case
            when jsonb_typeof(document -> 'id') in ('string', 'number')
                then
                    case
                        when {{ is_key_again() }} then null
                        else nullif(btrim(document ->> 'id', e' \t\n\r\f\x0b'), '')
                    end
        end,
        nullif(key_id, '')
    )
{%- endmacro %}
