{#
  What our runs said last of each row of a table, as a query: id, run_id, action, after_hash and started_at
  of the newest run that wrote it.
#}
{% macro last_words(entity) -%}
    select distinct on (written.id)
        written.id,
        written.run_id,
        written.action,
        written.after_hash,
        runs.started_at
    from {{ work_table('written_rows') }} as written
    inner join {{ work_table('runs') }} as runs on written.run_id = runs.run_id
    where written.entity = '{{ entity }}'
    order by written.id, runs.started_at desc
{%- endmacro %}
