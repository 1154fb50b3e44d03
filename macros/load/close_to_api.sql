{#
  Closes a relation to the API (`revoke_from_api`); a new final table gets row-level security as well. A hosted database opens every new
  table to these roles by default privileges, and the relations hold personal data: this stands in the
  transaction that creates them.
#}
{% macro close_to_api(relation) -%}
    {{ revoke_from_api(relation) }}
    {%- if model is defined and model['config']['contract']['enforced'] and var('row_level_security') %}
    alter table {{ relation }} enable row level security;
    {%- endif %}
{%- endmacro %}
