{#
  The foreign keys of a contract, as one statement for a table that has its rows already, or none.
  `ref()` in a key resolves to the schema of this run, so a dry run points at its own tables.
  `meta.on_delete_cascade` names the keys that cascade: dbt renders none where it renders `to:`.
#}
{% macro foreign_keys_ddl(relation, node) -%}
    {%- set cascading = node['config'].get('meta', {}).get('on_delete_cascade', []) -%}
    {%- set keys = node['constraints'] | selectattr('type', 'equalto', 'foreign_key') | list -%}
    {%- for key in adapter.render_raw_model_constraints(keys) %}
    {{ 'alter table ' ~ relation if loop.first }}
        add {{ key }}
        {{- ' on delete cascade' if cascading | select('in', key) | list }}
        {{- ',' if not loop.last else ';' }}
    {%- endfor %}
{%- endmacro %}
