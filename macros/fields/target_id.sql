{#
  The id of a row: a UUID stays; any other id becomes the version 3 UUID (MD5, RFC 9562 5.3) of the
  project's name space and the JSON text ["entity", "environment", "site", "id"]. JSON keeps the
  parts apart whatever they hold. MD5 because core PostgreSQL has no SHA-1.

  entity: the plain name; id: SQL; site: SQL, empty text for all but employees. Null when the id is.
  aliased: whether a correction of the record's id counts, so that whoever names it by the old one
  follows.
#}
{% macro target_id(entity, id, site="''", aliased=true) -%}
    {%- if aliased and has_id_corrections() -%}
    (
        select coalesce(aliases.new_id, made.id)
        from (select {{ target_id(entity, id, site, aliased=false) }} as id offset 0) as made
        left join {{ work_table('id_aliases') }} as aliases
            on aliases.entity = '{{ entity }}' and made.id = aliases.old_id
    )
    {%- else -%}
    {%- set environment = setting('ENVIRONMENT', 'production') -%}
    case
        when {{ is_uuid(id) }}
            then {{ id }}::uuid
        when {{ id }} is not null
            then (
                select
                    (
                        substr(digest.hex, 1, 12)
                        || '3' || substr(digest.hex, 14, 3)
                        || translate(
                            substr(digest.hex, 17, 1),
                            '0123456789abcdef',
                            '89ab89ab89ab89ab'
                        )
                        || substr(digest.hex, 18)
                    )::uuid
                from (
                    select
                        md5(
                            uuid_send('{{ var("id_namespace") }}'::uuid)
                            || convert_to(
                                jsonb_build_array(
                                    '{{ entity }}', '{{ environment }}', {{ site }}, {{ id }}
                                )::text,
                                'UTF8'
                            )
                        ) as hex
                    offset 0
                ) as digest
            )
    end
    {%- endif -%}
{%- endmacro %}
