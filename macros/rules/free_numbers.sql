{#
  For each value that claims lost: the numbers from 2 that nobody states behind it, as many as there are
  losers, counted by `turn`. What stands is read off the claims once, not once for each loser.
#}
{% macro free_numbers(claims) -%}
    {%- set stated -%}
        select distinct
            scope,
            regexp_replace(value, '-[0-9]+$', '') as value,
            substring(value from '-([1-9][0-9]{0,8})$')::integer as number
        from {{ claims }}
        where value ~ '-[1-9][0-9]{0,8}$'
    {%- endset -%}
    select
        lost.scope,
        lost.value,
        series.number,
        row_number() over (
            partition by lost.scope, lost.value
            order by series.number
        ) as turn
    from (
        select
            claimed.scope,
            claimed.value,
            count(*) as loser_count
        from {{ claims }} as claimed
        where claimed.is_renamed
        group by claimed.scope, claimed.value
    ) as lost
    left join (
        select
            scope,
            value,
            count(*) as stated_count
        from ({{ stated }}) as stated
        group by scope, value
    ) as occupied on lost.scope = occupied.scope and lost.value = occupied.value
    cross join lateral generate_series(
        2, 1 + lost.loser_count + coalesce(occupied.stated_count, 0)
    ) as series (number)
    left join ({{ stated }}) as standing
        on
            lost.scope = standing.scope
            and lost.value = standing.value
            and series.number = standing.number
    where standing.number is null
{%- endmacro %}
