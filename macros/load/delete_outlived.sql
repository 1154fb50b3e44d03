{#
  A post-hook of `outlived_rows`: where the var `on_gone` says `delete`, deletes those rows, child tables
  first, in batches of `batch_size`, each a transaction of its own. A killed run leaves whole batches;
  the next one finds the rows that are still there.
#}
{% macro delete_outlived() -%}
    {%- if execute and var('on_gone') == 'delete' -%}
        {%- for entity in entities() | reverse -%}
            {%- set live = api.Relation.create(
                schema=generate_schema_name('final', model), identifier=entity
            ) -%}
            {%- set count -%}
                select count(*) from {{ this }} where entity = '{{ entity }}'
            {%- endset -%}
            {%- set rows = run_query(count).rows[0][0] -%}
            {%- set referring = foreign_keys_to(live) if rows else [] -%}
            {%- set image = image_of_row(live) if rows -%}
            {%- for batch in range(0, rows, var('batch_size') | int) -%}
                {%- call statement('batch', auto_begin=true) -%}
                    set local statement_timeout = 0;
                    {{ with_retries([live], delete_batch(live, referring, image)) }}
                {%- endcall -%}
                {%- do adapter.commit() -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}
