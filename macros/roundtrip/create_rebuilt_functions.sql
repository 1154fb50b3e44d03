{#
  Makes the functions rebuilt_clients() … rebuilt_orders(): the documents of one entity, rebuilt from its
  final table, the map, what is left over and the recorded changes, as they were judged: decoded, with
  secrets withheld, and without the operator's corrections. PostgreSQL inlines them like views.
#}
{% macro create_rebuilt_functions() -%}
    {%- for entity in entities() %}
    create or replace function {{ work_function('rebuilt_' ~ entity) }}()
    returns table (source_key text, document jsonb, judged_document jsonb)
    language sql stable as $function$
    {{ rebuilt_query(entity) }}
    $function$;
    {%- endfor %}
{%- endmacro %}
