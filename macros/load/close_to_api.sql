{#
  Closes a relation to the roles an API serves its callers by (var `api_roles`, where they exist) and to
  everybody; a new final table gets row-level security as well. A hosted database opens every new
  table to these roles by default privileges, and the relations hold personal data: this stands in the
  transaction that creates them.
#}
{% macro close_to_api(relation) -%}
    do $closing$
    declare
        role name;
    begin
        revoke all on {{ relation }} from public;
        for role in
            select rolname from pg_roles
            where rolname = any('{ {{- var("api_roles") | join(",") -}} }'::text[])
        loop
            execute format('revoke all on {{ relation }} from %I', role);
        end loop;
    end
    $closing$;
    {%- if model is defined and model['config']['contract']['enforced'] and var('row_level_security') %}
    alter table {{ relation }} enable row level security;
    {%- endif %}
{%- endmacro %}
