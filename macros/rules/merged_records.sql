{#
  Records that stand under several keys: every key but the winner's, with the winner's. The newest
  stated update wins, then the preferred family, then the smallest key.
#}
{% macro merged_records(typed) -%}
    select
        source_key,
        winner_key
    from (
        select
            source_key,
            row_number() over one_record as turn,
            first_value(source_key) over one_record as winner_key
        from {{ typed }}
        where id in (select id from {{ typed }} group by id having count(*) > 1)
        window one_record as (
            partition by id
            order by stated_updated_at desc nulls last, preference, source_key
        )
    ) as ranked
    where turn > 1
{%- endmacro %}
