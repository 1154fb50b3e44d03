{#
  Notes, in the transaction of a new final table, the moment at which a part of making it has ended:
  `load`, `constraints` or `indexes`; `begin` stands before the first. It goes with a table that fails.
#}
{% macro part_ended(relation, part) -%}
    insert into {{ work_table('load_parts') }} (run_id, entity, part)
    values ('{{ run_id() }}', '{{ relation.identifier }}', '{{ part }}');
{%- endmacro %}
