{#
  The rule of a stated e-mail address; a required one must be stated.
#}
{% macro email_codes(column, required=false) -%}
    case
        {%- if required %}
        when {{ column }} is null then '{{ column }}_missing'
        {%- endif %}
        when not {{ kv_to_tables.is_email(column) }} then '{{ column }}_malformed'
    end
{%- endmacro %}
