with

verdicts as (

    select * from {{ ref('verdicts') }}

)

select
    source_key,
    entity,
    target_id,
    leftovers as fields
from verdicts
where
    key_class = 'migrated'
    and leftovers is not null
