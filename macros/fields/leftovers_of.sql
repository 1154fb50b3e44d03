{#
  What remains of a document when every field that `choices` names is taken out of it: the fields no
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
                        case {{ field.chosen }}
                            {%- for name in field.names if name.path | length == 1 %}
                            when {{ name.byte }} then '{{ name.name }}'
                            {%- endfor %}
                        end
                        {{- ',' if not loop.last }}
                        {%- endfor %}
                    ]::text[]
                    {%- for field, name in inner %}
                    #- case
                        when {{ field.chosen }} = {{ name.byte }}
                            then '{ {{- name.path | join(',') -}} }'::text[]
                        else '{}'
                    end
                    {%- endfor %},
                    '{}'
                )
    end
{%- endmacro %}
