{#
  The model's indexes (`meta.table_indexes`: a name, and what follows `on <table>`), as statements for a
  table that has its rows and its constraints already.
#}
{% macro indexes_ddl(relation, node) -%}
    {%- for index in node['config'].get('meta', {}).get('table_indexes', []) %}
    {%- if not index.get('extension') or has_extension(index['extension']) %}
    create index {{ index['name'] }} on {{ relation }} {{ index['on'] }};
    {%- endif %}
    {%- endfor %}
{%- endmacro %}
