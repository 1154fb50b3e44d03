{#
  The entry of `row_changes` for one field: [column, value, rule] when the value is not what the
  document states, else null. A text id that the map turned into a UUID is what the document states,
  and so is an instant written in another zone.
#}
{% macro change_of(entity, field, value, rule) -%}
    {%- set stated = stated_json(entity, field.column, implied=false) -%}
    {%- set typed = value if value is string else value[0] -%}
    case
        when
            case
                {%- if field.type == 'timestamptz' %}
                {# In one of these forms it says its zone; one that is no instant is rejected. #}
                when get_byte(choices, {{ field.place }}) in (ascii('m'), ascii('s')) then false
                when coalesce({{ stated }}, 'null') = 'null' then {{ typed }} is not null
                else coalesce(({{ stated }}) #>> '{}' !~ '{{ zoned_pattern() }}', true)
                {%- elif field.type == 'uuid' %}
                {%- set said = field.column ~ '_raw' if value is string else value[1] %}
                when {{ field.chosen }} = 48 then {{ said }} is not null
                else
                    coalesce(
                        to_jsonb(
                            case
                                when {{ said }} ~ '[A-F]' and {{ is_uuid(said) }}
                                    then lower({{ said }})
                                else {{ said }}
                            end
                        ),
                        'null'
                    ) <> coalesce({{ stated }}, 'null')
                {%- else %}
                {%- if field.default %}
                when {{ field.chosen }} = 48
                    then coalesce(to_jsonb({{ typed }}), 'null') <> '{{ field.default }}'
                {%- else %}
                when {{ field.chosen }} = 48 then {{ typed }} is not null
                {%- endif %}
                else
                    coalesce(to_jsonb({{ typed }}), 'null')
                    <> coalesce({{ stated }}, '{{ field.default or 'null' }}')
                {%- endif %}
            end
            then
                jsonb_build_array(
                    '{{ field.column }}',
                    {{ utc_text(typed) if field.type == 'timestamptz' else typed }},
                    {{ change_rule(field, stated, typed, rule) }}
                )
    end
{%- endmacro %}
