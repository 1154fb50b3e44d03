{#
  A table of ours as the run before left it, which this run is about to replace, as something to select
  from: the table, or no rows of these columns (name and type) before a first run. A dry run reads the
  real one as well.
#}
{% macro rows_before(table, columns) -%}
    {%- set before = adapter.get_relation(target.database, target.schema, table)
        if execute else none -%}
    {%- if before %}
    {{ before }}
    {%- else %}
    (
        select
            {%- for name, type in columns.items() %}
            null::{{ type }} as {{ name }}{{ ',' if not loop.last }}
            {%- endfor %}
        where false
    ) as nothing
    {%- endif %}
{%- endmacro %}
