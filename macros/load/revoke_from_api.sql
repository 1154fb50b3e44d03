{#
  Takes every right on a thing from everybody, and from the roles an API serves its callers by (var
  `api_roles`, where they exist). `thing` is a relation, or `schema` and a name.
#}
{% macro revoke_from_api(thing) -%}
    do $closing$
    declare
        role name;
    begin
        revoke all on {{ thing }} from public;
        for role in
            select rolname from pg_roles
            where rolname = any('{ {{- var("api_roles") | join(",") -}} }'::text[])
        loop
            execute format('revoke all on {{ thing }} from %I', role);
        end loop;
    end
    $closing$;
{%- endmacro %}
