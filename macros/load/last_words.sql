{#
  What our runs said last of each row of a table, as a query: id, run_id, action and after_hash of the
  newest run that wrote it, and the columns its hash covers. `entity` is SQL of the table's plain name;
  `among` may be a CTE of entity and id: then no other row is looked at.
#}
{% macro last_words(entity, among=none) -%}
    select distinct on (written.id)
        written.id,
        written.run_id,
        written.action,
        written.after_hash,
        lists.columns
    from {{ work_table('written_rows') }} as written
    inner join {{ work_table('runs') }} as runs on written.run_id = runs.run_id
    left join {{ work_table('written_columns') }} as lists
        on written.run_id = lists.run_id and written.entity = lists.entity
    where
        written.entity = {{ entity }}
        {%- if among %}
        and written.id in (select id from {{ among }} where entity = {{ entity }})
        {%- endif %}
    order by written.id, runs.started_at desc
{%- endmacro %}
