{#
  One field of an entity (var `fields`), as a dict:
  - column, type; `default`: the value the table itself gives it (JSON; none for none);
  - `place`: its letter in the text `spelling`, from 1; `chosen`: SQL of that letter's byte in `choices`
    (the bytes of `spelling`), which costs a tenth of the letter: 48 is none, 49 the first name;
  - `names`: those a document may hold it under, each with its `choice` (the letter) and `byte`, its
    `path`, SQL of what stands there as `json` and as `text`, and of whether anything is `there`. A name
    whose first part is a JSON column of its own `is_implied`: that column holds it.
#}
{% macro field_of(entity, column) -%}
    {#- While dbt parses it looks for refs alone, and there is none in here: a third of its time. -#}
    {%- if not execute -%}
        {{ return({
            'column': column, 'type': 'text', 'place': 1, 'chosen': '', 'names': [], 'default': none
        }) }}
    {%- endif -%}
    {%- set found = namespace(type=none, place=1) -%}
    {%- for type, columns in var('fields')[entity].items() if not found.type -%}
        {# An instant has a second letter: the form it is written in. #}
        {%- set width = 2 if type == 'timestamptz' else 1 -%}
        {%- if column in columns -%}
            {%- set found.type = type -%}
            {%- set found.place = found.place + width * columns.index(column) -%}
        {%- else -%}
            {%- set found.place = found.place + width * columns | length -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if not found.type -%}
        {{ exceptions.raise_compiler_error(
            "field_of: the var `fields` has no column " ~ column ~ " of " ~ entity
        ) }}
    {%- endif -%}
    {%- set names = [] -%}
    {%- for name in field_names(entity, column) -%}
        {%- set path = name.split('.') -%}
        {%- set is_inner = path | length > 1 -%}
        {%- set arrow = "document #>" if is_inner else "document ->" -%}
        {%- set at = "'{" ~ path | join(',') ~ "}'" if is_inner else "'" ~ name ~ "'" -%}
        {%- do names.append({
            'choice': loop.index | string,
            'byte': 48 + loop.index,
            'name': name,
            'path': path,
            'json': arrow ~ ' ' ~ at,
            'text': arrow ~ '> ' ~ at,
            'there': '(' ~ arrow ~ ' ' ~ at ~ ' is not null)' if is_inner else 'document ? ' ~ at,
            'is_implied': is_inner and is_json_field(entity, path[0]),
        }) -%}
    {%- endfor -%}
    {{ return({
        'column': column,
        'type': found.type,
        'place': found.place,
        'chosen': 'get_byte(choices, ' ~ (found.place - 1) ~ ')',
        'names': names,
        'default': var('column_defaults').get(entity, {}).get(column),
    }) }}
{%- endmacro %}
