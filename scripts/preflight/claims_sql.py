"""The SQL that finds the claims, step by step; `claims_query` fills its placeholders.

What the models do in many steps is done here for a few fields only, over the key-value table as it
stands.
"""

STORE = """
with live as materialized ({live}),

patterns (shape, entity, environment_place, site_place, id_place) as (values {patterns}),

environments (environment) as materialized (
    select unnest({environments}::text[])
    union
    select split_part(key, ':', 2) from {store} where starts_with(key, 'environments:')
),

-- The shape of a key, as models/staging/stg_kv__keys.sql makes it.
shaped as (
    select
        key,
        value as document,
        segments,
        segments[1]
        || case
            when segments[2] is null then ''
            when segments[1] || ':' || segments[2] = any({second_words}::text[])
                then ':' || segments[2]
            when segments[2] in (select environment from environments) then ':<env>'
            else ':*'
        end
        || case
            when segments[3] is null then ''
            when segments[1] || ':' || segments[3] = any({third_words}::text[])
                then ':' || segments[3]
            else ':*'
        end
        || repeat(':*', cardinality(segments) - 3) as shape
    from (select *, string_to_array(key, ':') as segments from {store} offset 0) as store
),

-- Each step ends in a fence (`materialized`, `offset 0`): the planner has no statistics of them and
-- would join by whatever looks small to it, and it would compute the same text many times.
stated as (
    select
        patterns.*,
        shaped.key,
        shaped.document,
        shaped.segments,
        case patterns.entity {values} end as value
    from shaped
    inner join patterns on shaped.shape = patterns.shape
    where
        jsonb_typeof(document) = 'object'
        and case
            when patterns.environment_place is null then {default_environment}
            else segments[patterns.environment_place]
        end = {environment}
    offset 0
),

held as materialized (
    select distinct entity, value from live
),

-- What is asked of the few that claim something is asked here.
records as materialized (
    select
        stated.entity,
        stated.key,
        stated.value,
        case stated.entity {scopes} end as scope_text,
        coalesce(
            case
                when jsonb_typeof(document -> 'id') not in ('string', 'number') then null
                when btrim(document ->> 'id', {space}) = stated.key then null
                when
                    strpos(document ->> 'id', ':') > 0
                    and right(stated.key, length(document ->> 'id') + 1)
                    = ':' || (document ->> 'id')
                    then null
                else nullif(btrim(document ->> 'id', {space}), '')
            end,
            segments[stated.id_place]
        ) as record_id
    from stated
    inner join held on stated.entity = held.entity and stated.value = held.value
    where
        not coalesce(
            document ->> 'deleted' = 'true'
            or document ->> 'isDeleted' = 'true'
            or document ->> 'is_deleted' = 'true'
            or nullif(document ->> 'deletedAt', 'false') <> ''
            or nullif(document ->> 'deleted_at', 'false') <> '',
            false
        )
),

identified as materialized (
    select records.*, scoped.scope, own.id
    from records
    cross join lateral (
        select case records.entity {scope_ids} else '' end as scope offset 0
    ) as scoped
    cross join lateral (
        select case records.entity {own_ids} end as id offset 0
    ) as own
),

-- Once its site is known to be a live one, an employee is looked for in that.
moved_sites as materialized (
    select site.id, live.id as live_id
    from identified as site
    inner join live on site.entity = live.entity and site.value = live.value
    where site.entity = 'sites' and site.id <> live.id
),

placed as materialized (
    select entity, key, id, value, scope, false as follows from identified
    union all
    select
        employee.entity, employee.key, employee.id, employee.value, moved_sites.live_id, true
    from identified as employee
    inner join moved_sites on employee.scope = moved_sites.id
    where employee.entity = 'employees'
),

claims as materialized (
    select placed.entity, placed.key, placed.id, placed.value, live.id as live_id, placed.follows
    from placed
    inner join live
        on
            placed.entity = live.entity
            and placed.value = live.value
            and placed.scope = live.scope
    where placed.id is distinct from live.id
),

-- Copies of one record under several keys are one claimant.
counted as (
    select
        *,
        count(*) over (partition by entity) as total,
        row_number() over (partition by entity order by key) as place,
        max(claimant) over (partition by entity, live_id) as claimants
    from (
        select
            claims.*,
            dense_rank() over (partition by entity, live_id order by id) as claimant
        from claims
        where true{uncorrected}
    ) as numbered
)

select entity, key, live_id, value, follows, claimants, total
from counted
where place <= {limit}
order by entity, place
"""
# The id of a row, as macros/fields/target_id.sql makes it.
TARGET_ID = """
when {entity} then case
    when {id} ~ {uuid} then lower({id})
    when {id} is not null then (
        select (
            substr(digest.hex, 1, 12) || '3' || substr(digest.hex, 14, 3)
            || translate(substr(digest.hex, 17, 1), '0123456789abcdef', '89ab89ab89ab89ab')
            || substr(digest.hex, 18)
        )::uuid::text
        from (
            select md5(
                uuid_send({name_space}::uuid) || convert_to(
                    jsonb_build_array({kind}::text, {environment}::text, {site}, {id})::text, 'UTF8'
                )
            ) as hex
            offset 0
        ) as digest
    )
end
"""
