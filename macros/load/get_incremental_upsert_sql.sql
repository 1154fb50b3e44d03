{#
  The incremental strategy `upsert`, for tables an application may be using: finds the rows that are new
  or differ (`plan_writes`), then writes them batch by batch, each in a short transaction of its own that
  also holds its checkpoint, what it replaced and what it left alone (`write_batch`). A run that is
  killed leaves whole batches; the next one finds what is still missing. An unchanged store writes
  nothing (`xmin` stays).

  dbt's own strategies do not serve: delete+insert fails on parents that children reference, and merge
  rewrites every row. Only the model's own columns are compared and written.
#}
{% macro get_incremental_upsert_sql(arg_dict) -%}
    {%- set live = arg_dict['target_relation'] -%}
    {%- set incoming = arg_dict['temp_relation'] -%}
    {%- if execute -%}
        {%- set batches = plan_writes(live, incoming) -%}
        {%- set parts = batch_parts(live) -%}
        {%- do adapter.commit() -%}
        {%- for batch in batches -%}
            {%- call statement('batch', auto_begin=true) -%}
                {{ write_batch(live, incoming, batch, parts) }}
            {%- endcall -%}
            {%- do adapter.commit() -%}
        {%- endfor -%}
    {%- endif -%}
    select 'every batch is written' as done
{%- endmacro %}
