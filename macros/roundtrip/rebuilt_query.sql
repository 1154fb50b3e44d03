{#
  The query behind `rebuilt_<entity>()`: one row per migrated key or element. It names no database: the
  text of a function stays as it is when a database is renamed, copied or restored.
#}
{% macro rebuilt_query(entity) -%}
    {%- set parents = {
        'owner_id': 'clients', 'client_id': 'clients', 'catalog_id': 'catalogs',
        'site_id': 'sites', 'product_id': 'products',
    } -%}
    {%- set references = [] -%}
    {%- for field in fields_of(entity) if field.type == 'uuid' and field.column != 'id' -%}
        {%- do references.append([field.column, parents.get(field.column, 'employees')]) -%}
    {%- endfor -%}
    select
        ledger.source_key,
        case
            when listed.undone is null then {{ rebuilt_document(entity) }}
            else {{ work_function('laid_over') }}({{ rebuilt_document(entity) }}, listed.undone)
        end as document,
        {{ rebuilt_document(entity) }} as judged_document
    from {{ ref('record_ledger').include(database=false) }} as ledger
    inner join {{ ref(entity).include(database=false) }} as final on ledger.target_id = final.id
    left join {{ ref('leftovers').include(database=false) }} as leftovers on ledger.source_key = leftovers.source_key
    left join (
        select
            changes.source_key,
            jsonb_object_agg(changes.field, changes.before)
                filter (where changes.field not like '$%') as stated,
            jsonb_agg(
                case
                    when changes.before is null then jsonb_build_array({{ corrected_path() }})
                    else jsonb_build_array({{ corrected_path() }}, changes.before)
                end
            ) filter (where changes.rule = 'corrected') as undone
        from {{ ref('recorded_changes').include(database=false) }} as changes
        where changes.entity = '{{ entity }}'
        group by changes.source_key
    ) as listed on ledger.source_key = listed.source_key
    {%- for column, parent in references %}
    left join {{ ref('id_map').include(database=false) }} as map_of_{{ column }}
        on
            map_of_{{ column }}.entity = '{{ parent }}'
            and final.{{ column }} = map_of_{{ column }}.new_id
    {%- endfor %}
    where
        ledger.entity = '{{ entity }}'
        and ledger.key_class = 'migrated'
{%- endmacro %}
