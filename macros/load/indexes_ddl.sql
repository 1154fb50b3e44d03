{#
  The model's indexes (`meta.table_indexes`: a name, and what follows `on <table>`), as statements for a
  table that has its rows and its constraints already. One that needs an `extension` is made where the
  database has it, and one for want of it (`without_extension`) where it has it not.
#}
{% macro indexes_ddl(relation, node) -%}
    {%- for index in node['config'].get('meta', {}).get('table_indexes', []) %}
    {%- set wanted = index.get('extension') %}
    {%- set home = extension_schema(wanted or index.get('without_extension', '')) %}
    {%- if (home if wanted else not home) %}
    {%- set on = index['on'] | replace('gin_trgm_ops', home ~ '.gin_trgm_ops') %}
    create index {{ index['name'] }} on {{ relation }} {{ on }};
    {%- endif %}
    {%- endfor %}
{%- endmacro %}
