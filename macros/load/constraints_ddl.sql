{#
  The constraints of a contract and the model's indexes (`meta.table_indexes`: a name, and what follows
  `on <table>`), as statements for a table that has its rows already. `ref()` in a foreign key resolves
  to the schema of this run, so a dry run points at its own tables.
  `meta.on_delete_cascade` names the keys that cascade: dbt renders none where it renders `to:`.
#}
{% macro constraints_ddl(relation, node) -%}
    {%- set meta = node['config'].get('meta', {}) -%}
    alter table {{ relation }}
    {%- for constraint in adapter.render_raw_model_constraints(node['constraints']) %}
        {%- set cascades = meta.get('on_delete_cascade', []) | select('in', constraint) | list %}
        add {{ constraint }}
        {{- ' on delete cascade' if cascades }}{{ ',' if not loop.last else ';' }}
    {%- endfor %}
    {%- for index in meta.get('table_indexes', []) %}
    {%- if not index.get('extension') or has_extension(index['extension']) %}
    create index {{ index['name'] }} on {{ relation }} {{ index['on'] }};
    {%- endif %}
    {%- endfor %}
{%- endmacro %}
