{#
  What a document said for one field: what the changes list as stated, else the value of the row as JSON,
  ids as the map knows them, instants in the form the document used. `bare`: the row's value alone.
#}
{% macro rebuilt_value(field, bare=false) -%}
    {%- set held -%}
        {%- if bare and field.type == 'uuid' -%}
        {{ 'null::jsonb' if field.column == 'id' else 'to_jsonb(final.' ~ field.column ~ ')' }}
        {%- elif field.column == 'id' -%}
        to_jsonb({{ mapped_id('ledger.target_id', 'ledger.record_id') }})
        {%- elif field.type == 'uuid' -%}
        to_jsonb(coalesce(map_of_{{ field.column }}.old_id, final.{{ field.column }}::text))
        {%- elif field.type == 'timestamptz' and not bare -%}
        to_jsonb(
            case substr(ledger.spelling, {{ field.place + 1 }}, 1)
                when 'm' then {{ utc_text('final.' ~ field.column, 'm') }}
                when 's' then {{ utc_text('final.' ~ field.column, 's') }}
                else {{ utc_text('final.' ~ field.column) }}
            end
        )
        {%- else -%}
        to_jsonb(final.{{ field.column }})
        {%- endif -%}
    {%- endset -%}
    {%- if bare -%}
    {{ held }}
    {%- else -%}
    case
        when listed.stated ? '{{ field.column }}' then listed.stated -> '{{ field.column }}'
        else {{ held }}
    end
    {%- endif -%}
{%- endmacro %}
