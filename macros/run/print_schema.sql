{#
  Prints the DDL a run executes on an empty database: `dbt run-operation print_schema`. The same macros
  render it, so it cannot say anything else.
#}
{% macro print_schema() -%}
    {%- for entity in entities() -%}
        {%- set node = graph.nodes['model.kv_to_tables.' ~ entity] -%}
        {%- set relation = api.Relation.create(schema=node['schema'], identifier=entity) -%}
        {%- for constraint in node['constraints'] if constraint.get('to') -%}
            {%- set parent = modules.re.sub("ref\\('(.*)'\\)", '\\1', constraint['to']) -%}
            {%- do constraint.update(
                {'to': api.Relation.create(schema=node['schema'], identifier=parent) | string}
            ) if 'ref(' in constraint['to'] -%}
        {%- endfor -%}
        {{ log('create table ' ~ relation ~ ' ' ~ columns_ddl(node) ~ ';', info=true) }}
        {{ log(constraints_ddl(relation, node), info=true) }}
        {{ log(indexes_ddl(relation, node), info=true) }}
        {{ log(foreign_keys_ddl(relation, node), info=true) }}
    {%- endfor -%}
{%- endmacro %}
