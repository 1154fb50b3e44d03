{# A view over functions, not over the tables: PostgreSQL would refuse to alter or drop a table of
   the application that a view of ours reads. The hook makes the functions. #}
{{ config(pre_hook="{{ create_rebuilt_functions() }}") }}
{%- for entity in entities() %}
-- depends_on: {{ ref(entity) }}
{%- endfor %}
-- depends_on: {{ ref('record_ledger') }}, {{ ref('id_map') }}
-- depends_on: {{ ref('recorded_changes') }}, {{ ref('leftovers') }}

{% for entity in entities() %}
select
    '{{ entity }}' as entity,
    source_key,
    document,
    judged_document
from {{ work_function('rebuilt_' ~ entity) }}()
{{ 'union all' if not loop.last }}
{% endfor %}
