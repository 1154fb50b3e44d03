with

families as (

    select * from {{ ref('key_families') }}

),

split as (

    select
        *,
        string_to_array(pattern, ':') as pattern_segments
    from families

)

select
    pattern,
    family,
    class as key_class,
    entity,
    gives,
    preference,
    pattern_segments,
    pattern_segments[1] as first_segment,
    array_position(pattern_segments, '<env>') as environment_place,
    array_position(pattern_segments, '<site>') as site_place,
    array_position(pattern_segments, '<id>') as id_place,
    regexp_replace(pattern, '<(?!env>|rest>)[a-z]+>', '*', 'g') as shape,
    case when pattern like '%<rest>' then left(pattern, -6) end as head
from split
