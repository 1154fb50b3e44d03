{#
  Records that this run created a table, and in `written_rows` that it wrote every row of it.
#}
{% macro record_rows(relation) -%}
    insert into {{ work_table('written_columns') }} (run_id, entity, columns)
    values (
        '{{ run_id() }}',
        '{{ relation.identifier }}',
        {{ work_function('hashed_columns') }}('{{ relation }}'::regclass)
    );
    execute format(
        'insert into {{ work_table("written_rows") }} (entity, id, run_id, action, after_hash)'
        || ' select %L, live.id, %L, %L, %s from {{ relation }} as live',
        '{{ relation.identifier }}',
        '{{ run_id() }}',
        'insert',
        {{ work_function('hash_of_row') }}(
            '{{ relation }}'::regclass,
            {{ work_function('hashed_columns') }}('{{ relation }}'::regclass)
        )
    );
    insert into {{ work_table('created_tables') }} (entity, run_id)
    values ('{{ relation.identifier }}', '{{ run_id() }}')
    on conflict (entity) do update set run_id = excluded.run_id;
{%- endmacro %}
