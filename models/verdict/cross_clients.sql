with

typed as not materialized (

    select * from {{ ref('typed_clients') }}

),

merged as (

    {{ merged_records('typed') }}

),

clean as (

    select
        id,
        source_key,
        '' as scope,
        client_code as value,
        false as is_derived,
        created_at
    from typed
    where
        row_codes is null
        and not is_deleted
        and source_key not in (select merged.source_key from merged)

),

candidates as (

    select
        source_key,
        scope,
        value,
        is_derived,
        created_at
    from clean
    where value is not null
    union all
    {{ live_claims('clients', 'client_code') }}

),

claims as (

    select
        *,
        is_derived as is_renamed
    from candidates

),

taken as (

    {{ taken_values('claims') }}

)

select
    source_key,
    true as is_merged,
    winner_key,
    null::text as cross_codes,
    null::text as root_key,
    null::jsonb as cross_changes
from merged
union all
select
    source_key,
    false as is_merged,
    holder_key as winner_key,
    'client_code_taken' as cross_codes,
    null::text as root_key,
    null::jsonb as cross_changes
from taken
