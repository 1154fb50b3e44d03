{#
  New values for claims on a unique value that are settled by a number at the end: `-2`, `-3`, …, the
  first that nobody else states. `claims` is a CTE of the calling model with source_key, scope (within
  which the value is unique), value, is_renamed (this claim lost and gets a number) and created_at.

  No two bases can meet in one value: the last `-<digits>` splits in one way only, and values that
  stand already are passed over.
#}
{% macro suffixes(claims) -%}
    select
        losers.source_key,
        losers.value || '-' || free.number as value
    from (
        select
            *,
            row_number() over (
                partition by scope, value
                order by created_at, source_key
            ) as turn,
            count(*) over (partition by scope, value) as loser_count
        from {{ claims }}
        where is_renamed
    ) as losers
    cross join lateral (
        select
            number,
            row_number() over (order by number) as turn
        from generate_series(
            2,
            1 + losers.loser_count + (
                select count(*)
                from {{ claims }} as stated
                where
                    stated.scope = losers.scope
                    and starts_with(stated.value, losers.value || '-')
            )
        ) as number
        where not exists (
            select 1
            from {{ claims }} as stated
            where
                stated.scope = losers.scope
                and stated.value = losers.value || '-' || number
        )
    ) as free
    where losers.turn = free.turn
{%- endmacro %}
