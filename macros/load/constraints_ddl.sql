{#
  The constraints of a contract and the model's indexes (`meta.table_indexes`: a name, and what follows
  `on <table>`), as statements for a table that has its rows already; its foreign keys follow last
  (`foreign_keys_ddl`).
#}
{% macro constraints_ddl(relation, node) -%}
    {%- set own = node['constraints'] | rejectattr('type', 'equalto', 'foreign_key') | list -%}
    alter table {{ relation }}
    {%- for constraint in adapter.render_raw_model_constraints(own) %}
        add {{ constraint }}{{ ',' if not loop.last else ';' }}
    {%- endfor %}
    {%- for index in node['config'].get('meta', {}).get('table_indexes', []) %}
    {%- set wanted = index.get('extension') %}
    {%- set home = extension_schema(wanted or index.get('without_extension', '')) %}
    {%- if (home if wanted else not home) %}
    {%- set on = index['on'] | replace('gin_trgm_ops', home ~ '.gin_trgm_ops') %}
    create index {{ index['name'] }} on {{ relation }} {{ on }};
    {%- endif %}
    {%- endfor %}
{%- endmacro %}
