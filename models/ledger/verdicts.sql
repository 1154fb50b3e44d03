{{ config(unlogged=true) }}

{% for entity in entities() %}
select
    '{{ entity }}' as entity,
    source_key,
    id as target_id,
    record_id,
    key_class,
    reject_codes,
    winner_key,
    root_key,
    spelling,
    leftovers,
    changes,
    cross_changes,
    document_changes
from {{ ref('val_' ~ entity) }}
{{ 'union all' if not loop.last }}
{% endfor %}
