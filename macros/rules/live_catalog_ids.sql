{#
  The ids of catalogs that a record may name although no key holds them: those of the application's own
  table, and the default one, which the final table creates when it is needed. `catalogs` is a CTE of the
  calling model with those of the store.
#}
{% macro live_catalog_ids() -%}
    {{ live_ids('catalogs') }}
    union
    select legacy.id
    from (select {{ legacy_catalog_id() }} as id) as legacy
    left join catalogs on legacy.id = catalogs.id
    where catalogs.id is null
{%- endmacro %}
