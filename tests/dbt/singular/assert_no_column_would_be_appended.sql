-- A table the application owns already has every column of its contract: else dbt would append
-- the missing one, without its default and its NOT NULL, to a table that is not ours. It
-- depends on the gate alone, so that `dbt build` runs it before the first final model; in a
-- dry run it still looks at the real tables.
-- depends_on: {{ ref('gate') }}
{% set columns = [] %}
{% for entity in entities() %}
{% set relation = '"' ~ env_var('KV_FINAL_SCHEMA', 'public') ~ '"."' ~ entity ~ '"' %}
{% for column in graph.nodes.get('model.kv_to_tables.' ~ entity, {}).get('columns', {}) %}
{% do columns.append((relation, column)) %}
{% endfor %}
{% endfor %}

with

wanted (table_name, column_name) as (

    values
    {% for table_name, column_name in columns %}
    ('{{ table_name }}', '{{ column_name }}'){{ ',' if not loop.last }}
    {% endfor %}

)

select wanted.*
from wanted
left join pg_attribute
    on
        to_regclass(wanted.table_name) = pg_attribute.attrelid
        and wanted.column_name = pg_attribute.attname
        and not pg_attribute.attisdropped
where
    to_regclass(wanted.table_name) is not null
    and pg_attribute.attname is null
