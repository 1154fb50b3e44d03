{#
  Where a record's id came from when its document states none, or its key again.
#}
{% macro id_rule() -%}
    case
        when
            coalesce(btrim(document ->> 'id', e' \t\n\r\f\x0b'), '') = ''
            or {{ is_key_again() }}
            then 'from_key'
    end
{%- endmacro %}
