-- Every constraint of every contract stands in the database, validated: a rebuild of a parent, or a
-- hand, could have dropped one, and rows alone would not show it.
{% set entities = ['clients', 'catalogs', 'sites', 'products', 'employees', 'orders'] %}

with

wanted as (

    {% for entity in entities -%}
        {% set relation = ref(entity) -%}
        {% for constraint in graph.nodes['model.kv_to_tables.' ~ entity].constraints -%}
            select
                '{{ relation }}' as table_name,
                '{{ constraint.name }}' as constraint_name
            {{ 'union all' if not loop.last }}
        {% endfor -%}
        {{ 'union all' if not loop.last }}
    {% endfor %}

)

select wanted.*
from wanted
left join pg_constraint
    on
        to_regclass(wanted.table_name) = pg_constraint.conrelid
        and wanted.constraint_name = pg_constraint.conname
        and pg_constraint.convalidated
where pg_constraint.conname is null
