-- Every constraint of every contract stands in the database, validated: a rebuild of a
-- parent, or a hand, could have dropped one, and rows alone would not show it.
{% set constraints = [] %}
{% for entity in entities() %}
{% set relation = ref(entity) %}
{% for constraint in graph.nodes.get('model.kv_to_tables.' ~ entity, {}).get('constraints', []) %}
{% do constraints.append((relation, constraint.name)) %}
{% endfor %}
{% endfor %}

with

wanted (table_name, constraint_name) as (

    values
    {% for table_name, constraint_name in constraints %}
    ('{{ table_name }}', '{{ constraint_name }}'){{ ',' if not loop.last }}
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
