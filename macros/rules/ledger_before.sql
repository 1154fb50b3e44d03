{#
  The ledger of the run before, which this run is about to replace, as a query; empty before a first run.
  A dry run reads the real one as well.
#}
{% macro ledger_before() -%}
    {%- set ledger = adapter.get_relation(target.database, target.schema, 'key_ledger')
        if execute else none -%}
    select
        source_key,
        source_hash,
        entity,
        key_class,
        target_id
    from
    {%- if ledger %}
        {{ ledger }}
    {%- else %}
        (
            select
                null::text as source_key,
                null::uuid as source_hash,
                null::text as entity,
                null::text as key_class,
                null::uuid as target_id
            where false
        ) as nothing
    {%- endif %}
{%- endmacro %}
