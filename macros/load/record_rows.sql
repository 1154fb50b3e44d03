{#
  Records that this run created a table, and in `written_rows` that it wrote every row of it.
#}
{% macro record_rows(relation) -%}
    insert into {{ work_table('written_rows') }} (run_id, entity, id, action)
    select '{{ run_id() }}', '{{ relation.identifier }}', id, 'insert'
    from {{ relation }};
    insert into {{ work_table('created_tables') }} (entity, run_id)
    values ('{{ relation.identifier }}', '{{ run_id() }}')
    on conflict (entity) do update set run_id = excluded.run_id;
{%- endmacro %}
