{#
  Columns, types, NOT NULL and defaults only: the model's constraints follow the rows (see
  `bulk_constraints`). A generated column (`meta.generated`) stands here because dbt cannot insert
  into one, so it is no column of the contract.
#}
{% macro postgres__get_table_columns_and_constraints() -%}
    (
    {%- for column in adapter.render_raw_columns_constraints(raw_columns=model['columns']) %}
        {{ column }}{{ ',' if not loop.last or config.get('meta', {}).get('generated') }}
    {%- endfor %}
    {%- for column in config.get('meta', {}).get('generated', []) %}
        {{ column }}{{ ',' if not loop.last }}
    {%- endfor %}
    )
{%- endmacro %}
