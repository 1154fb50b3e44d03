{#
  The rows of `origin` that stand in `landing` never or more than once, and the rows of `landing` that
  no row of `origin` accounts for, each with how often it stands on either side. A null key is always
  one of them. The logic of the test `each_row_lands_once`, apart from it so that it can be tested.

  origin, landing: relations or CTEs; key, field: the column that identifies a row in each.
#}
{% macro rows_not_landing_once(origin, key, landing, field) -%}
    select
        coalesce(departed.key, landed.key) as key,
        coalesce(departed.row_count, 0) as departed_count,
        coalesce(landed.row_count, 0) as landed_count
    from (
        select
            {{ key }} as key,
            count(*) as row_count
        from {{ origin }}
        group by {{ key }}
    ) as departed
    full join (
        select
            {{ field }} as key,
            count(*) as row_count
        from {{ landing }}
        group by {{ field }}
    ) as landed on departed.key = landed.key
    where
        departed.row_count is distinct from 1
        or landed.row_count is distinct from 1
{%- endmacro %}
