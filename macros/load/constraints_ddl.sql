{#
  The constraints of a contract, as one statement for a table that has its rows already; its indexes
  follow (`indexes_ddl`), and last its foreign keys (`foreign_keys_ddl`).
#}
{% macro constraints_ddl(relation, node) -%}
    {%- set own = node['constraints'] | rejectattr('type', 'equalto', 'foreign_key') | list -%}
    alter table {{ relation }}
    {%- for constraint in adapter.render_raw_model_constraints(own) %}
        add {{ constraint }}{{ ',' if not loop.last else ';' }}
    {%- endfor %}
{%- endmacro %}
