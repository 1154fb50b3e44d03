{#
  secret_paths(document, secret_name): the paths of everything in a document that stands under a name
  which matches the pattern, as a JSON array of [path, whether an object or array stands there]; null
  when there is none. Null, booleans and empty values are no secrets.
#}
{% macro create_secret_paths() -%}
    create or replace function {{ work_function('secret_paths') }}(
        document jsonb, secret_name text
    )
    returns jsonb language sql immutable parallel safe as $function$
    with recursive nodes (path, value, is_secret) as (

        select
            '[]'::jsonb as path,
            document as value,
            false as is_secret
        union all
        select
            nodes.path || inside.name,
            inside.value,
            inside.is_secret
        from nodes
        cross join lateral (
            select
                to_jsonb(member.key) as name,
                member.value,
                member.key ~* secret_name
                and jsonb_typeof(member.value) not in ('null', 'boolean')
                and member.value not in ('""', '[]', '{}') as is_secret
            from
                jsonb_each(
                    case when jsonb_typeof(nodes.value) = 'object' then nodes.value end
                ) as member
            union all
            select
                to_jsonb((element.place - 1)::text),
                element.value,
                false
            from
                jsonb_array_elements(
                    case when jsonb_typeof(nodes.value) = 'array' then nodes.value end
                ) with ordinality as element (value, place)
            where jsonb_typeof(element.value) in ('object', 'array')
        ) as inside
        where
            not nodes.is_secret
            and (inside.is_secret or jsonb_typeof(inside.value) in ('object', 'array'))

    )

    select
        jsonb_agg(
            jsonb_build_array(path, jsonb_typeof(value) in ('object', 'array'))
            order by path::text collate "C"
        )
    from nodes
    where is_secret
    $function$;
{%- endmacro %}
