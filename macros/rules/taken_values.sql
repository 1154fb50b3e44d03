{#
  Records that claim a unique value another record holds: their keys with the holder's. Of those that
  state the value the earlier creation holds it, then the smaller key. `claims` is a CTE with
  source_key, scope, value, is_renamed and created_at; renamed claims take no part.
#}
{% macro taken_values(claims) -%}
    select
        source_key,
        holder_key
    from (
        select
            source_key,
            row_number() over one_value as turn,
            first_value(source_key) over one_value as holder_key
        from {{ claims }}
        where not is_renamed
        window one_value as (
            partition by scope, value
            order by created_at, source_key
        )
    ) as ranked
    where turn > 1
{%- endmacro %}
