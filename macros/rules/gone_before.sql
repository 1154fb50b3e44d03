{#
  Keys that were gone by the run before, as a query; empty before a first run. `key_changes` remembers
  them.
#}
{% macro gone_before() -%}
    select
        source_key,
        entity,
        key_class,
        target_id,
        run_id
    from {{ rows_before('key_changes', {
        'source_key': 'text',
        'change': 'text',
        'entity': 'text',
        'key_class': 'text',
        'target_id': 'uuid',
        'run_id': 'text'
    }) }}
    where change = 'gone'
{%- endmacro %}
