{#
  One field of an entity (var `fields`): its column, its type, the names a document may hold it under,
  its place in the text `spelling`, and the value the table itself gives it (JSON; none for none). A
  name whose first part is a JSON column of its own is only implied: that column holds it.
#}
{% macro field_of(entity, column) -%}
    {#- While dbt parses it looks for refs alone, and there is none in here: a third of its time. -#}
    {%- if not execute -%}
        {{ return({'column': column, 'type': 'text', 'place': 1, 'names': [], 'default': none}) }}
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
        {%- do names.append({
            'choice': loop.index | string,
            'byte': 48 + loop.index,
            'name': name,
            'path': path,
            'is_implied': path | length > 1 and is_json_field(entity, path[0]),
        }) -%}
    {%- endfor -%}
    {{ return({
        'column': column,
        'type': found.type,
        'place': found.place,
        'names': names,
        'default': var('column_defaults').get(entity, {}).get(column),
    }) }}
{%- endmacro %}
