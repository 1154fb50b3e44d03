{#
  Closes our own schema, as `close_to_api` does a relation. Nothing of ours is for an API.
#}
{% macro close_schema() -%}
    do $closing$
    declare
        role name;
    begin
        revoke all on schema "{{ var('dry_run_schema') or target.schema }}" from public;
        for role in
            select rolname from pg_roles
            where rolname = any('{ {{- var("api_roles") | join(",") -}} }'::text[])
        loop
            execute format(
                'revoke all on schema "{{ var('dry_run_schema') or target.schema }}" from %I', role
            );
        end loop;
    end
    $closing$;
{%- endmacro %}
