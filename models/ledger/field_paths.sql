{{ config(materialized='view') }}

{% set rows = [] %}
{% for entity in entities() %}
{% for field in fields_of(entity) %}
{% for name in field.names %}
{% do rows.append((entity, field, name)) %}
{% endfor %}
{% endfor %}
{% endfor %}

with

paths (entity, field, place, choice, path, is_implied, column_default) as (

    values
    {# The linter knows no fields. #}
    {% if not rows %}
    ('', '', 0, '', '{}'::text[], false, null::jsonb)
    {% endif %}
    {% for entity, field, name in rows %}
    (
        '{{ entity }}',
        '{{ field.column }}',
        {{ field.place }},
        '{{ name.choice }}',
        '{ {{- name.path | join(',') -}} }'::text [],
        {{ name.is_implied | string | lower }},
        {{ "'" ~ field.default ~ "'" if field.default is not none else 'null' }}::jsonb
    ){{ ',' if not loop.last }}
    {% endfor %}

)

select
    entity,
    field,
    place,
    choice,
    path,
    is_implied,
    column_default
from paths
