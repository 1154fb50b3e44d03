with

typed as (

    select * from {{ ref('typed_brands') }}

),

clients as (

    select * from {{ ref('val_clients') }}
    where key_class <> 'merged'

),

live_clients as (

    {{ live_ids('clients') }}

),

merged as (

    {{ merged_records('typed') }}

),

related as (

    select
        typed.source_key,
        {{ is_unmapped('client', 'typed.client_id_raw') }} as is_unmapped,
        {{ parent_codes('client', 'typed.client_id') }} as client_codes,
        coalesce(client.root_key, client.source_key) as client_root_key
    from typed
    left join clients as client on typed.client_id = client.id
    left join live_clients as live_client on typed.client_id = live_client.id

),

{# Only records that nothing else speaks against claim a name. #}
clean as (

    select
        typed.id,
        typed.source_key,
        typed.client_id as scope,
        typed.name as value,
        false as is_derived,
        typed.created_at
    from typed
    inner join related on typed.source_key = related.source_key
    where
        typed.row_codes is null
        and not typed.is_deleted
        and related.client_codes is null
        and typed.source_key not in (select merged.source_key from merged)

),

candidates as (

    select
        source_key,
        scope,
        value,
        is_derived,
        created_at
    from clean
    union all
    {{ live_claims('brands', 'name', 'client_id') }}

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
    typed.source_key,
    merged.source_key is not null as is_merged,
    coalesce(merged.winner_key, taken.holder_key) as winner_key,
    nullif(
        concat_ws(
            ',',
            related.client_codes,
            case when taken.source_key is not null then 'name_taken' end
        ),
        ''
    ) as cross_codes,
    case
        when related.client_codes in ('client_rejected', 'client_deleted')
            then related.client_root_key
    end as root_key,
    {{ cross_changes([
        ['related.is_unmapped', 'client_id', 'typed.client_id', "'live_parent'"]
    ]) }} as cross_changes
from typed
inner join related on typed.source_key = related.source_key
left join merged on typed.source_key = merged.source_key
left join taken on typed.source_key = taken.source_key
where
    related.is_unmapped
    or coalesce(merged.source_key, taken.source_key, related.client_codes) is not null
