{#
  Whether the map does not tell which text a reference was: its record stands in the live table and not
  among the migrated keys, or goes by another id since the operator corrected it. Then nothing but the
  ledger of changes knows the text.
#}
{% macro is_unmapped(parent, raw) -%}
    coalesce(
        case
            when {{ raw }} is null then false
            when {{ is_uuid(raw) }} then lower({{ raw }}) <> {{ parent }}.id::text
            else
                {{ raw }} is distinct from {{ parent }}.record_id
                or {{ parent }}.key_class is distinct from 'migrated'
        end,
        false
    )
{%- endmacro %}
