{#
  The code of an id that is neither text nor number.
#}
{% macro id_faults() -%}
    case
        when jsonb_typeof(document -> 'id') in ('object', 'array', 'boolean')
            then 'id_malformed'
    end
{%- endmacro %}
