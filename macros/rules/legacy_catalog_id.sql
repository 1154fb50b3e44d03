{#
  The id of the catalog for products without one (`seeds/defaults.csv`: products, catalog_id).
#}
{% macro legacy_catalog_id() -%}
    (
        select {{ target_id('catalogs', 'defaults.value') }}
        from {{ ref('defaults') }} as defaults
        where
            defaults.entity = 'products'
            and defaults.column_name = 'catalog_id'
    )
{%- endmacro %}
