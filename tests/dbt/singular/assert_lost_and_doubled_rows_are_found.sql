-- The test of the test `each_row_lands_once`: of these rows it must find the lost, the doubled
-- on either side, the one from nowhere and the null, and none that landed once. Without this
-- an error in its join could let every law pass.
with

origin (source_key) as (

    values
    ('landed'),
    ('lost'),
    ('doubled at the end'),
    ('doubled at the start'),
    ('doubled at the start'),
    (null)

),

landing (source_key) as (

    values
    ('landed'),
    ('doubled at the end'),
    ('doubled at the end'),
    ('doubled at the start'),
    ('from nowhere')

),

observed as (

    {{ rows_not_landing_once('origin', 'source_key', 'landing', 'source_key') }}

),

expected (key, departed_count, landed_count) as (

    values
    ('lost', 1, 0),
    ('doubled at the end', 1, 2),
    ('doubled at the start', 2, 1),
    ('from nowhere', 0, 1),
    (null, 1, 0)

),

unexpected as (

    select
        key,
        departed_count,
        landed_count
    from observed
    except all
    select
        key,
        departed_count,
        landed_count
    from expected

),

missing as (

    select
        key,
        departed_count,
        landed_count
    from expected
    except all
    select
        key,
        departed_count,
        landed_count
    from observed

)

select
    'found without need' as problem,
    key
from unexpected
union all
select
    'not found' as problem,
    key
from missing
