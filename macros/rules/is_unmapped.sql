{#
  Whether a reference by a text id was resolved without the map: its record stands in the live table
  and not among the migrated keys, so that nothing but the ledger of changes knows the text.
#}
{% macro is_unmapped(parent, raw) -%}
    {{ raw }} !~ '{{ uuid_pattern() }}' and {{ parent }}.key_class is distinct from 'migrated'
{%- endmacro %}
