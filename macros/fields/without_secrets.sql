{#
  The document of a row with what `secrets` names withheld. Texts and numbers go in one pass over the
  document's text, however many there are: in the text of a jsonb a quote before a colon ends a name
  and nothing else. Objects and arrays go one by one.
#}
{% macro without_secrets(row) -%}
    case
        when {{ row }}.secrets is null then {{ row }}.document
        else
            {{ work_function('laid_over') }}(
                regexp_replace(
                    {{ row }}.document::text,
                    '({{ secret_name() }})": ("([^"\\]|\\.)+"|-?[0-9][0-9.]*)',
                    '\1": "[withheld]"',
                    'gi'
                )::jsonb,
                (
                    select coalesce(jsonb_agg(jsonb_build_array(secret -> 0, '[withheld]')), '[]')
                    from jsonb_array_elements({{ row }}.secrets) as list (secret)
                    where (secret -> 1)::boolean
                )
            )
    end
{%- endmacro %}
