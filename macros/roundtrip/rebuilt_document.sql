{#
  One document from its row: every field under the name its document used, what is left over beside
  them, and fields that stood inside another object put back into it. A column that holds something
  nobody stated or changed comes out under its own name, so that it differs.
#}
{% macro rebuilt_document(entity) -%}
    {%- set fields = fields_of(entity) -%}
    {%- set inner = [] -%}
    {%- for field in fields -%}
        {%- for name in field.names if name.path | length > 1 and not name.is_implied -%}
            {%- do inner.append((field, name)) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ 'jsonb_set(' * inner | length }}
    (
        jsonb_build_object(
            {%- for field in fields %}
            case {{ choice_of(field, 'ledger.spelling') }}
                {%- for name in field.names if name.path | length == 1 %}
                when '{{ name.choice }}' then '{{ name.name }}'
                {%- endfor %}
                when '0'
                    then
                        case
                            when {{ rebuilt_value(field, bare=true) }} is not distinct from
                                {{ "'" ~ field.default ~ "'::jsonb" if field.default is not none else 'null' }}
                                or listed.stated ? '{{ field.column }}'
                                then ''
                            else '{{ field.column }}'
                        end
                else ''
            end,
            {{ rebuilt_value(field) }}
            {{- ',' if not loop.last }}
            {%- endfor %}
        )
        - ''::text
        || coalesce(leftovers.fields, '{}')
    )
    {%- for field, name in inner %},
    case
        when {{ choice_of(field, 'ledger.spelling') }} = '{{ name.choice }}'
            then '{ {{- name.path | join(',') -}} }'::text[]
        else '{}'
    end,
    coalesce({{ rebuilt_value(field) }}, 'null'))
    {%- endfor %}
{%- endmacro %}
