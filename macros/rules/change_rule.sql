{#
  The rule by which a value came to differ from what the document states: the one given, else what the
  two of them show. `stated` is null where the document says nothing.
#}
{% macro change_rule(field, stated, typed, rule) -%}
    {%- set text = "(" ~ stated ~ ") #>> '{}'" -%}
    coalesce(
        {%- if rule %}
        {{ rule }},
        {%- endif %}
        case
            when coalesce({{ stated }}, 'null') = 'null'
                then '{{ 'column_default' if field.default else 'from_document' }}'
            when btrim({{ text }}, e' \t\n\r\f\x0b') = '' then 'emptied'
            {%- if field.type == 'timestamptz' %}
            when {{ text }} ~ '^[0-9]+$' then 'epoch'
            when {{ text }} ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' then 'date_alone'
            when {{ text }} ~ '^[A-Z]' then 'date_format'
            when {{ text }} ~ '^[ \t\n\r\f\v]|[ \t\n\r\f\v]$' then 'trimmed'
            else 'zone_assumed'
            {%- elif field.type in ('text', 'uuid') %}
            when jsonb_typeof({{ stated }}) = 'number' then 'as_text'
            {%- if field.type == 'uuid' %}
            when {{ is_uuid(text) }} then 'uuid_case'
            {%- endif %}
            else 'trimmed'
            {%- elif field.type == 'boolean' %}
            else 'as_boolean'
            {%- else %}
            when jsonb_typeof({{ stated }}) = 'string' then 'as_number'
            else 'rounded'
            {%- endif %}
        end
    )
{%- endmacro %}
