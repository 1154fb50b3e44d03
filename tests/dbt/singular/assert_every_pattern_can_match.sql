-- Every pattern of seeds/key_families.csv is of a form that a key is compared with. One of
-- another form would match no key, silently, and its keys would count as unclassified.
with

judged as (

    select
        pattern,
        case
            when environment_place <> 2 then '<env> is not the second part'
            when shape like '%<rest>%' and coalesce(head, '') !~ '^[^:<]+[:_]$'
                then '<rest> does not stand last, after one part or an underscore'
            when pattern ~ '^[^:]+:[^:]+:[^:]+:(.*:)?[^:<]'
                then 'a word stands after the third part'
            when pattern like '<%' then 'the first part is no word'
            when shape ~ '<(?!env>|rest>)' then 'a name in angle brackets is not in small letters'
            when key_class = 'record' and id_place is null then 'a record has no <id>'
        end as problem
    from {{ ref('stg_kv__key_patterns') }}

)

select
    pattern,
    problem
from judged
where problem is not null
