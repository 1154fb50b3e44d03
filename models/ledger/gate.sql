{{ config(post_hook="{{ stop_at_gate() }}") }}

with

ledger as (

    select * from {{ ref('key_ledger') }}

)

select
    count(*) as key_count,
    count(*) filter (where entity is not null and key_class <> 'other_environment')
        as record_count,
    count(*) filter (where key_class = 'rejected') as reject_count,
    count(*) filter (where key_class = 'unclassified') as unclassified_count
from ledger
