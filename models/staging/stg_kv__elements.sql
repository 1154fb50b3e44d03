{{ config(
    materialized='table',
    unlogged=true,
    post_hook=[
        "{{ keep_aliases(
            'select *, null::text as key_id, concat(null::text) as site from ' ~ this,
            ['clients', 'catalogs', 'sites', 'products']
        ) }}",
        "{{ analyze_table() }}"
    ]
) }}

with

{# A list of objects is a table under one key: each of them is a record of its own. #}
lists as (

    select
        source_key,
        entity,
        document
    from {{ ref('stg_kv__keys') }}
    where
        key_class = 'derived'
        and entity is not null
        and jsonb_typeof(document) = 'array'

),

elements as (

    select
        lists.source_key as list_key,
        element.ordinal::integer as ordinal,
        lists.entity,
        element.document,
        lists.source_key || ':' || element.ordinal as source_key,
        element.document::text as source_text,
        null::jsonb as decoding
    from lists
    cross join
        jsonb_array_elements(lists.document)
        with ordinality as element (document, ordinal)
    where jsonb_typeof(element.document) = 'object'

),

prepared as (

    {{ prepared_documents('elements') }}

)

select
    source_key,
    list_key,
    ordinal,
    entity,
    {# Of several copies of a record the one inside a list comes last. #}
    9 as preference,
    judged_document as document,
    document_changes
from prepared
