{#
  SQL of the image of a row `live` of a table, as our function of that name gives it.
#}
{% macro image_of_row(live) -%}
    {%- set query -%}
        select {{ work_function('image_of_row') }}('{{ live }}'::regclass)
    {%- endset -%}
    {{ return(run_query(query).rows[0][0]) }}
{%- endmacro %}
