{#
  What the corrections of one document came to, as a JSON array of [field, after, 'corrected', before]:
  an entry for each field at the top of the document that is another than before. `before` is left out
  where the document had no such field.
#}
{% macro corrected_fields(documents) -%}
    case
        when {{ documents }}.patches is not null
            then (
                select
                    jsonb_agg(
                        jsonb_build_array(
                            case when named.name is null then '$' else '$.' || named.name end,
                            coalesce(named.after, 'null'),
                            'corrected'
                        )
                        || case
                            when named.before is null then '[]'
                            else jsonb_build_array(named.before)
                        end
                        order by named.name collate "C"
                    )
                from (
                    select
                        patched.name,
                        case
                            when patched.name is null then {{ documents }}.open_document
                            else {{ documents }}.open_document -> patched.name
                        end as before,
                        case
                            when patched.name is null then {{ documents }}.judged_document
                            else {{ documents }}.judged_document -> patched.name
                        end as after
                    from (
                        select distinct patch #>> '{0,0}' as name
                        from jsonb_array_elements({{ documents }}.patches) as list (patch)
                    ) as patched
                ) as named
                where named.before is distinct from named.after
            )
    end
{%- endmacro %}
