{#
  The unique values that rows of the application hold in the live table, as claims that nobody beats:
  earlier than any, under a name no key has. Rows that this run will write anew (`clean`, a CTE of the calling model with
  their ids) are left out. Columns:
  source_key, scope, value, is_derived, created_at.
#}
{% macro live_claims(entity, value, scope="''") -%}
    {%- set schema = env_var('KV_FINAL_SCHEMA', 'public') -%}
    {%- set live = adapter.get_relation(target.database, schema, entity) if execute else none -%}
    select
        'the live row ' || live.id as source_key,
        {{ scope }} as scope,
        {{ value }} as value,
        false as is_derived,
        timestamptz '-infinity' as created_at
    from {{ live or '(select * from typed where false)' }} as live
    where
        {{ value }} is not null
        and not exists (select 1 from clean where clean.id = live.id)
{%- endmacro %}
