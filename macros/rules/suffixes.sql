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
            source_key,
            scope,
            value,
            row_number() over (
                partition by scope, value
                order by created_at, source_key
            ) as turn
        from {{ claims }}
        where is_renamed
    ) as losers
    inner join ({{ free_numbers(claims) }}) as free
        on
            losers.scope = free.scope
            and losers.value = free.value
            and losers.turn = free.turn
{%- endmacro %}
