with

typed as not materialized (

    select * from {{ ref('typed_catalogs') }}

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

owned as (

    select
        typed.source_key,
        {{ reference_codes('owner') }} as cross_codes,
        case
            when owner.key_class = 'rejected' and live_owner.id is null
                then coalesce(owner.root_key, owner.source_key)
        end as root_key,
        coalesce(live_owner.id, owner.id) as owner_id,
        {{ is_unmapped('owner', 'typed.owner_id_raw') }} as is_unmapped,
        live_owner.id is null
        and coalesce(owner.key_class, 'unknown') in ('unknown', 'soft_deleted')
            as is_dropped
    from typed
    left join clients as owner on typed.stated_owner_id = owner.id
    left join live_clients as live_owner on typed.stated_owner_id = live_owner.id
    where typed.stated_owner_id is not null

)

select
    typed.source_key,
    merged.source_key is not null as is_merged,
    merged.winner_key,
    owned.cross_codes,
    owned.root_key,
    {{ cross_changes([
        ['owned.is_dropped', 'owner_id', 'null::uuid', "'dropped'"],
        ['not owned.is_dropped and owned.is_unmapped', 'owner_id', 'owned.owner_id', "'live_parent'"]
    ]) }} as cross_changes,
    case when not owned.is_dropped then owned.owner_id end as owner_id
from typed
left join merged on typed.source_key = merged.source_key
left join owned on typed.source_key = owned.source_key
where coalesce(merged.source_key, owned.source_key) is not null
