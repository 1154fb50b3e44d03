{#
  The ledger of the run before, as a query; empty before a first run.
#}
{% macro ledger_before() -%}
    select
        source_key,
        source_hash,
        entity,
        key_class,
        target_id
    from {{ rows_before('key_ledger', {
        'source_key': 'text',
        'source_hash': 'uuid',
        'entity': 'text',
        'key_class': 'text',
        'target_id': 'uuid'
    }) }}
{%- endmacro %}
