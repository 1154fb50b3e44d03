{#
  The columns of a contract with types, NOT NULL and defaults. A generated column (`meta.generated`)
  stands here because dbt cannot insert into one, so it is no column of the contract.
#}
{% macro columns_ddl(node) -%}
    (
    {%- set columns = adapter.render_raw_columns_constraints(raw_columns=node['columns']) -%}
    {%- for column in columns + node['config'].get('meta', {}).get('generated', []) %}
        {{ column }}{{ ',' if not loop.last }}
    {%- endfor %}
    )
{%- endmacro %}
