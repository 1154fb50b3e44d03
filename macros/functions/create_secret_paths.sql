{#
  secret_paths(document, secret_name): the paths of everything in a document that stands under a name
  that ends so, as a JSON array of [path, whether it must be withheld by its path]; null when there is
  none. Null, booleans and empty values are no secrets. A text that is JSON itself, whole or broken,
  with such a name in it is one as a whole.
#}
{% macro create_secret_paths() -%}
    create or replace function {{ work_function('secret_paths') }}(
        document jsonb, secret_name text
    )
    returns jsonb language sql immutable parallel safe as $function$
    with recursive nodes (path, value, is_named, is_encoded) as (

        select
            '[]'::jsonb as path,
            document as value,
            false as is_named,
            {{ json_text_with_secret('document') }} as is_encoded
        union all
        select
            nodes.path || inside.name,
            inside.value,
            inside.is_named,
            inside.is_encoded
        from nodes
        cross join lateral (
            select
                to_jsonb(member.key) as name,
                member.value,
                member.key collate "C" ~* (secret_name || '$')
                and jsonb_typeof(member.value) not in ('null', 'boolean')
                and member.value not in ('""', '[]', '{}') as is_named,
                {{ json_text_with_secret('member.value') }} as is_encoded
            from
                jsonb_each(
                    case when jsonb_typeof(nodes.value) = 'object' then nodes.value end
                ) as member
            union all
            select
                to_jsonb((element.place - 1)::text),
                element.value,
                false,
                {{ json_text_with_secret('element.value') }}
            from
                jsonb_array_elements(
                    case when jsonb_typeof(nodes.value) = 'array' then nodes.value end
                ) with ordinality as element (value, place)
        ) as inside
        where
            not nodes.is_named
            and (
                inside.is_named
                or inside.is_encoded
                or jsonb_typeof(inside.value) in ('object', 'array')
            )

    )

    select
        jsonb_agg(
            jsonb_build_array(
                path, is_encoded or jsonb_typeof(value) in ('object', 'array')
            )
            order by path::text collate "C"
        )
    from nodes
    where is_named or is_encoded
    $function$;
{%- endmacro %}
