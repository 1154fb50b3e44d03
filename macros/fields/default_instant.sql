{#
  The instant that `seeds/defaults.csv` gives records of an entity that hold no date at all.
#}
{% macro default_instant(entity) -%}
    (
        select {{ to_instant('defaults.value') }}
        from {{ ref('defaults') }} as defaults
        where
            defaults.entity = '{{ entity }}'
            and defaults.column_name = 'created_at'
    )
{%- endmacro %}
