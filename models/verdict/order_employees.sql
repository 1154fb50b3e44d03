with

orders as (

    select
        typed.source_key,
        typed.employee_id_raw,
        coalesce(typed.site_id, placed.site_id) as site_id
    from {{ ref('typed_orders') }} as typed
    left join {{ ref('order_sites') }} as placed on typed.source_key = placed.source_key
    where typed.employee_id_raw is not null

),

employees as (

    select * from {{ ref('val_employees') }}
    where key_class <> 'merged'

),

references_made as (

    select
        source_key,
        site_id,
        employee_id_raw as reference,
        {{ target_id('employees', 'employee_id_raw', "coalesce(site_id::text, '')") }} as id
    from orders

),

{# A record of the order's own site, or a UUID, which needs no site. A migrated one comes first. #}
by_id as (

    select distinct on (references_made.source_key)
        references_made.source_key,
        employees.source_key as employee_key
    from references_made
    inner join employees on references_made.id = employees.id
    order by references_made.source_key, employees.key_class, employees.source_key

),

{# The business number the site knows the employee by; a rejected claimant of it comes last. #}
by_number as (

    select distinct on (references_made.source_key)
        references_made.source_key,
        employees.source_key as employee_key
    from references_made
    inner join employees
        on
            references_made.site_id = employees.site_id
            and references_made.reference = employees.unique_employee_id
    order by references_made.source_key, employees.key_class, employees.source_key

),

{# A record of another site, when the order's site knows none. #}
elsewhere as (

    select
        references_made.source_key,
        min(employees.source_key) as employee_key,
        count(distinct employees.id) as candidate_count
    from references_made
    inner join employees on references_made.reference = employees.record_id
    where
        references_made.source_key not in (select by_id.source_key from by_id)
        and references_made.source_key not in (select by_number.source_key from by_number)
    group by references_made.source_key

),

found as (

    select
        references_made.source_key,
        coalesce(
            by_id.employee_key, by_number.employee_key, elsewhere.employee_key
        ) as employee_key,
        by_id.employee_key is null
        and by_number.employee_key is null
        and coalesce(elsewhere.candidate_count, 0) > 1 as is_ambiguous,
        by_id.employee_key is null and by_number.employee_key is null as is_elsewhere
    from references_made
    left join by_id on references_made.source_key = by_id.source_key
    left join by_number on references_made.source_key = by_number.source_key
    left join elsewhere on references_made.source_key = elsewhere.source_key

)

select
    found.source_key,
    case
        when employees.key_class = 'migrated' and not found.is_ambiguous then employees.id
    end as employee_id,
    case
        when
            employees.key_class = 'migrated'
            and not found.is_ambiguous
            and not found.is_elsewhere
            then {{ mapped_id('employees.id', 'employees.record_id') }}
    end as employee_mapped_id,
    case
        when found.is_ambiguous then 'employee_id_ambiguous'
        when employees.key_class = 'rejected' then 'employee_rejected'
    end as employee_codes,
    case
        when employees.key_class = 'rejected'
            then coalesce(employees.root_key, employees.source_key)
    end as employee_root_key,
    case
        when not found.is_ambiguous
            then nullif(concat_ws(' ', employees.first_name, employees.last_name), '')
    end as employee_name,
    case when not found.is_ambiguous then employees.email end as employee_email
from found
left join employees on found.employee_key = employees.source_key
