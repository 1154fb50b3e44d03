{#
  A post-hook of `outlived_rows`: where the var `on_gone` says `delete`, deletes those rows, child tables
  first, and records what was deleted, so that a rollback can bring it back. A row that somebody touched
  since, or that any table refers to, stays and says why. Rows are locked before they are judged.
#}
{% macro delete_outlived() -%}
    {%- if execute and var('on_gone') == 'delete' -%}
        {%- for entity in ['orders', 'employees', 'products', 'sites', 'catalogs', 'clients'] -%}
            {%- set live = api.Relation.create(
                schema=generate_schema_name('final', model), identifier=entity
            ) -%}
            {%- set deleting %}
                perform set_config('lock_timeout', '{{ var("lock_timeout") }}', true);
                perform live.id
                from {{ live }} as live
                inner join {{ this }} as outlived on live.id = outlived.id
                where outlived.entity = '{{ entity }}'
                order by live.id
                for update of live;

                update {{ this }} as outlived
                set outcome = 'edited'
                from {{ work_function('touched_rows') }}('{{ entity }}', '{{ live }}') as touched
                where outlived.entity = '{{ entity }}' and outlived.id = touched.id;
                {% for key in foreign_keys_to(live) %}
                update {{ this }} as outlived
                set outcome = 'referred_to'
                from {{ key[0] }} as child
                where
                    outlived.entity = '{{ entity }}'
                    and outlived.outcome = 'kept'
                    and outlived.id = child.{{ key[1] }};
                {% endfor %}
                insert into {{ work_table('written_rows') }} (entity, id, run_id, action, before)
                select '{{ entity }}', live.id, '{{ run_id() }}', 'delete', to_jsonb(live)
                from {{ live }} as live
                inner join {{ this }} as outlived on live.id = outlived.id
                where outlived.entity = '{{ entity }}' and outlived.outcome = 'kept'
                on conflict (entity, id, run_id) do update set action = excluded.action;

                delete from {{ live }} as live
                using {{ this }} as outlived
                where
                    outlived.entity = '{{ entity }}'
                    and outlived.outcome = 'kept'
                    and live.id = outlived.id;

                update {{ this }}
                set outcome = 'deleted'
                where entity = '{{ entity }}' and outcome = 'kept';
            {% endset %}
            {{ with_retries(live, deleting) }}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}
