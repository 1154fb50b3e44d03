-- A rejected record has at least one reason, and every reason stands in the closed list of
-- its entity, so that the reader of a reject finds what it means and how to mend it.
with

reasons as (

    select
        rejects.entity,
        rejects.source_key,
        reason.code
    from {{ ref('rejects') }} as rejects
    left join string_to_table(rejects.reject_codes, ',') as reason (code) on true

)

select reasons.*
from reasons
left join {{ ref('reject_codes') }} as known
    on
        reasons.entity = known.entity
        and reasons.code = known.code
where known.code is null
