{#
  Keys that were gone by the run before, as a query; empty before a first run. `key_changes` is about to
  be replaced, and remembers them.
#}
{% macro gone_before() -%}
    {%- set changes = adapter.get_relation(target.database, target.schema, 'key_changes')
        if execute else none -%}
    select
        source_key,
        entity,
        key_class,
        target_id,
        run_id
    from
    {%- if changes %}
        {{ changes }}
    where change = 'gone'
    {%- else %}
        (
            select
                null::text as source_key,
                null::text as entity,
                null::text as key_class,
                null::uuid as target_id,
                null::text as run_id
            where false
        ) as nothing
    {%- endif %}
{%- endmacro %}
