{#
  The rows of `seeds/value_maps.csv` for one field, as one JSON object, read once a query.
#}
{% macro value_map(entity, field) -%}
    (
        select jsonb_object_agg(maps.from_value, maps.to_value)
        from {{ ref('value_maps') }} as maps
        where
            maps.entity = '{{ entity }}'
            and maps.field = '{{ field }}'
    )
{%- endmacro %}
