{#
  What the batches of one table need to know of it, asked once, as a dict:
  - columns: the columns a row's hash covers, as SQL of a text[];
  - hash: SQL of that hash of a row `live`;
  - image: SQL of the whole row, to be kept;
  - hashes: the same for the columns of each earlier run, as [SQL of the text[], SQL of the hash];
  - triggers: those that overwrite `updated_at` and that we may switch off, as [name, its state].
#}
{% macro batch_parts(live) -%}
    {%- set name = "'" ~ live ~ "'::regclass" -%}
    {%- call statement('hashes', fetch_result=true, auto_begin=true) -%}
        select
            quote_literal(lists.columns::text) || '::text[]' as columns,
            {{ work_function('hash_of_row') }}({{ name }}, lists.columns) as hash,
            bool_or(lists.is_current) as is_current
        from (
            select
                columns,
                false as is_current
            from {{ work_table('written_columns') }}
            where entity = '{{ live.identifier }}'
            union all
            select
                {{ work_function('hashed_columns') }}({{ name }}) as columns,
                true as is_current
        ) as lists
        group by lists.columns
        order by lists.columns
    {%- endcall -%}
    {%- call statement('triggers', fetch_result=true, auto_begin=true) -%}
        select
            quote_ident(tgname),
            tgenabled::text
        from {{ work_function('touching_triggers') }}({{ name }})
    {%- endcall -%}
    {%- set hashes = load_result('hashes')['data'] -%}
    {%- set current = hashes | selectattr(2) | first -%}
    {{ return({
        'columns': current[0],
        'hash': current[1],
        'image': image_of_row(live),
        'hashes': hashes,
        'triggers': load_result('triggers')['data']
    }) }}
{%- endmacro %}
