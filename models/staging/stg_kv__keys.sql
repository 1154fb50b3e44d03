{{ config(
    materialized='table',
    unlogged=true,
    post_hook=[
        "{{ keep_aliases(
            'select *, concat(null::text) as site from ' ~ this,
            ['clients', 'catalogs', 'sites', 'products']
        ) }}",
        "{{ analyze_table() }}"
    ]
) }}

with

source as (

    select
        key collate "C" as source_key,
        value as document,
        string_to_array(key, ':') as segments
    from {{ source('kv', 'store') }}

),

patterns as (

    select * from {{ ref('stg_kv__key_patterns') }}

),

{# A word that some pattern has at this place, for this first segment. #}
words as (

    select distinct
        first_segment,
        place,
        word
    from patterns
    cross join
        unnest(pattern_segments) with ordinality as segment (word, place)
    where
        place > 1
        and word not like '<%'

),

environments as (

    {% for name in var('known_environments') %}
    select '{{ name }}'::text as environment
    union
    {% endfor %}
    select split_part(key, ':', 2)
    from {{ source('kv', 'store') }}
    where key like 'environments:%'

),

{# The shape of a key: known words stay, a known environment is <env>, any other segment is *. #}
shaped as (

    select
        source.source_key,
        source.document,
        source.segments,
        environments.environment as key_environment,
        source.segments[1]
        || coalesce(
            ':' || coalesce(
                second_words.word,
                case when environments.environment is not null then '<env>' end,
                case when cardinality(source.segments) > 1 then '*' end
            ),
            ''
        )
        || coalesce(
            ':' || coalesce(
                third_words.word,
                case when cardinality(source.segments) > 2 then '*' end
            ),
            ''
        )
        || repeat(':*', cardinality(source.segments) - 3) as shape
    from source
    left join environments on source.segments[2] = environments.environment
    left join words as second_words
        on
            source.segments[1] = second_words.first_segment
            and source.segments[2] = second_words.word
            and second_words.place = 2
    left join words as third_words
        on
            source.segments[1] = third_words.first_segment
            and source.segments[3] = third_words.word
            and third_words.place = 3

),

{# The exact pattern first, then one that takes the rest of the key, then one without a colon. #}
matched as (

    select
        shaped.source_key,
        shaped.document,
        shaped.segments,
        shaped.key_environment,
        coalesce(
            exact.pattern,
            open_ended.pattern,
            (
                select underscored.pattern
                from patterns as underscored
                where
                    underscored.head like '%\_'
                    and starts_with(shaped.source_key, underscored.head)
                order by length(underscored.head) desc
                limit 1
            )
        ) as pattern
    from shaped
    left join patterns as exact on shaped.shape = exact.shape
    left join patterns as open_ended
        on
            cardinality(shaped.segments) > 1
            and shaped.segments[1] || ':' = open_ended.head

),

classified as (

    select
        matched.source_key,
        matched.document as stored_document,
        patterns.pattern,
        patterns.family,
        patterns.entity,
        patterns.gives,
        patterns.preference,
        matched.segments[patterns.site_place] as key_site,
        matched.segments[patterns.id_place] as key_id,
        case
            when patterns.environment_place is not null
                then matched.key_environment
            else '{{ setting("DEFAULT_ENVIRONMENT", "production") }}'
        end as environment,
        coalesce(patterns.key_class, 'unclassified') as pattern_class
    from matched
    left join patterns on matched.pattern = patterns.pattern

),

{# Of records, lists and what says something about records, in the migrated environment, the
   document is kept, decoded where it is JSON text in a string. #}
decoded as (

    select
        *,
        stored_document::text as source_text,
        case
            when environment <> '{{ setting("ENVIRONMENT", "production") }}' then null
            when pattern_class in ('record', 'derived') or gives is not null
                then
                    case
                        when jsonb_typeof(stored_document) = 'string'
                            then {{ work_function('decoded') }}(stored_document)
                        else stored_document
                    end
        end as document
    from classified
    offset 0

),

kept as (

    select
        *,
        case
            when
                jsonb_typeof(stored_document) = 'string'
                and jsonb_typeof(document) <> 'string'
                then
                    jsonb_build_array(
                        jsonb_build_array('$', jsonb_typeof(document), 'decoded', 'string')
                    )
        end as decoding
    from decoded

),

prepared as (

    {{ prepared_documents('kept') }}

)

select
    source_key,
    md5(source_text)::uuid as source_hash,
    pattern,
    family,
    entity,
    gives,
    environment,
    key_site,
    key_id,
    preference,
    case
        when
            pattern_class = 'record'
            and environment <> '{{ setting("ENVIRONMENT", "production") }}'
            then 'other_environment'
        else pattern_class
    end as key_class,
    judged_document as document,
    document_changes
from prepared
