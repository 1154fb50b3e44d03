{#
  What remains of a document when every field that `spelling` names is taken out of it: the fields no
  column was read from, the second of two spellings, and what is left of an object one of whose inner
  fields was read. Null when nothing remains.
#}
{% macro leftovers_of(entity) -%}
    {%- set inner = [] -%}
    {%- for field in fields_of(entity) -%}
        {%- for name in field.names if name.path | length > 1 and not name.is_implied -%}
            {%- do inner.append((field, name)) -%}
        {%- endfor -%}
    {%- endfor -%}
    case
        when jsonb_typeof(document) = 'object'
            then
                nullif(
                    document
                    - array[
                        {%- for field in fields_of(entity) %}
                        case {{ choice_of(field) }}
                            {%- for name in field.names if name.path | length == 1 %}
                            when '{{ name.choice }}' then '{{ name.name }}'
                            {%- endfor %}
                        end
                        {{- ',' if not loop.last }}
                        {%- endfor %}
                    ]::text[]
                    {%- for field, name in inner %}
                    #- case
                        when {{ choice_of(field) }} = '{{ name.choice }}'
                            then '{ {{- name.path | join(',') -}} }'::text[]
                        else '{}'
                    end
                    {%- endfor %},
                    '{}'
                )
    end
{%- endmacro %}
