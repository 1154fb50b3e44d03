{#
  Which of its names a document uses for each field, as one text: a letter a field, in the order of the
  contract. `1` is the first name; the first that holds something is taken, else the first that is
  there at all (null or blank); `0` is none. Behind the letter of an instant stands its form: `m` and
  `s` as JavaScript writes it, with milliseconds or without, `-` any other.

  Where a document has one of the names alone, which is nearly always, nobody asks what it holds.
#}
{% macro spelling_of(entity) -%}
    {%- for field in fields_of(entity) %}
    case
        {%- for name in field.names %}
        when
            {{ name.there }}
            {%- for other in field.names if other.name != name.name %}
            and not {{ other.there }}
            {%- endfor %}
            then '{{ name.choice }}'
        {%- endfor %}
        {%- if field.names | length > 1 %}
        when
            not (
                {%- for name in field.names %}
                {{ name.there }} {{- ' or' if not loop.last }}
                {%- endfor %}
            )
            then '0'
        {%- for name in field.names %}
        when btrim({{ name.text }}, e' \t\n\r\f\x0b') <> '' then '{{ name.choice }}'
        {%- endfor %}
        {%- for name in field.names %}
        when {{ name.there }} then '{{ name.choice }}'
        {%- endfor %}
        {%- endif %}
        else '0'
    end
    {%- if field.type == 'timestamptz' %}
    || case
        {%- for name in field.names %}
        {%- set stated = name.text %}
        when {{ stated }} like '____-__-__T__:__:__.___Z' then 'm'
        when {{ stated }} like '____-__-__T__:__:__Z' then 's'
        when btrim({{ stated }}, e' \t\n\r\f\x0b') <> '' then '-'
        {%- endfor %}
        else '-'
    end
    {%- endif %}
    {{- ' ||' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
