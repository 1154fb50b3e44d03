{#
  A post-hook where documents are prepared: for every record whose id the operator corrected, the row id
  it would have had and the one it has now. Saying that a record is a row which is there already is such
  a correction; what names the record by its old id follows.

  records: a query of source_key, key_id, entity, site (SQL text) and document_changes.
#}
{% macro keep_aliases(records, entities) -%}
    {%- if has_id_corrections() -%}
    {%- for entity in entities %}
    insert into {{ work_table('id_aliases') }} (entity, old_id, new_id)
    select distinct on (old_id)
        '{{ entity }}',
        old_id,
        new_id
    from (
        select
            {{ target_id(entity, 'record_id', 'site', aliased=false) }} as old_id,
            {{ target_id(entity, 'corrected_id', 'site', aliased=false) }} as new_id
        from (
            select
                {{ record_id() }} as record_id,
                corrected_id,
                site
            from (
                select
                    records.source_key,
                    records.key_id,
                    records.site,
                    jsonb_build_object('id', change -> 3) as document,
                    change ->> 1 as corrected_id
                from ({{ records }}) as records
                cross join lateral jsonb_array_elements(records.document_changes) as list (change)
                where
                    records.entity = '{{ entity }}'
                    and change ->> 0 = '$.id'
                    and change ->> 2 = 'corrected'
            ) as corrected
        ) as named
    ) as aliases
    where old_id <> new_id
    order by old_id, new_id
    on conflict (entity, old_id) do nothing;
    {%- endfor %}
    {%- endif -%}
{%- endmacro %}
