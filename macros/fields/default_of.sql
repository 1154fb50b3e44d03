{#
  The value that `seeds/defaults.csv` gives a column nobody stated, or null where it has no row.
#}
{% macro default_of(entity, column) -%}
    (
        select defaults.value
        from {{ ref('defaults') }} as defaults
        where
            defaults.entity = '{{ entity }}'
            and defaults.column_name = '{{ column }}'
    )
{%- endmacro %}
