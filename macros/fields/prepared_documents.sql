{#
  The documents of a CTE as they are judged: what stands under a secret name withheld (var
  `secret_names`), then the operator's corrections laid over; a secret that one of them holds is
  withheld as well. Adds `judged_document` and `document_changes`: what was done, as a JSON array of
  [field, after, rule, before]; null for nothing.

  `origin` has source_key, document, source_text (the stored text, asked whether it is worth looking
  for secrets; of a decoded document its own text is) and decoding (an entry that document_changes
  begins with, or null).
#}
{% macro prepared_documents(origin) -%}
    select
        corrected.*,
        nullif(
            coalesce(corrected.decoding, '[]')
            || coalesce(
                (
                    select jsonb_agg(jsonb_build_array(
                        array_to_string(
                            array['$'] || array(select jsonb_array_elements_text(secret -> 0)),
                            '.'
                        ),
                        '[withheld]',
                        'withheld'
                    ))
                    from jsonb_array_elements(corrected.secrets) as list (secret)
                ),
                '[]'
            )
            || coalesce({{ corrected_fields('corrected') }}, '[]'),
            '[]'
        ) as document_changes
    from (
        select
            masked.*,
            corrections.patches,
            case
                when corrections.patches is null then masked.open_document
                else (
                    select {{ without_secrets('laid') }}
                    from (
                        select
                            patched.document,
                            {{ work_function('secret_paths') }}(
                                patched.document, '{{ secret_name() }}'
                            ) as secrets
                        from (
                            select
                                {{ work_function('laid_over') }}(
                                    masked.open_document, corrections.patches
                                ) as document
                            offset 0
                        ) as patched
                        offset 0
                    ) as laid
                )
            end as judged_document
        from (
            select
                origin.*,
                {{ without_secrets('origin') }} as open_document
            from (
                select
                    *,
                    case
                        when {{ may_hold_secret('small_text') }}
                            then {{ work_function('secret_paths') }}(
                                document, '{{ secret_name() }}'
                            )
                    end as secrets
                from (
                    select
                        *,
                        {# ASCII letters only: the same in every locale. #}
                        lower(
                            case
                                {# Where no document is kept, none is searched. #}
                                when document is null then null
                                when decoding is null then source_text
                                else document::text
                            end collate "C"
                        ) as small_text
                    from {{ origin }}
                    offset 0
                ) as lowered
                offset 0
            ) as origin
        ) as masked
        left join (
            select
                source_key,
                jsonb_agg(
                    jsonb_build_array(
                        coalesce(string_to_array(nullif(field, '$'), '.'), '{}'), value
                    )
                    order by field collate "C"
                ) as patches
            from {{ work_table('corrections') }}
            group by source_key
        ) as corrections on masked.source_key = corrections.source_key
        offset 0
    ) as corrected
{%- endmacro %}
