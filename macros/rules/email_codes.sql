{#
  The rule of a stated e-mail address; a required one must be stated. `has_check`: the table itself
  checks the column, so the rule holds without validation too.
#}
{% macro email_codes(column, required=false, has_check=false) -%}
    {%- if not has_check and var('skip_validation') -%}
    null
    {%- else -%}
    case
        {%- if required %}
        when {{ column }} is null then '{{ column }}_missing'
        {%- endif %}
        when not {{ is_email(column) }} then '{{ column }}_malformed'
    end
    {%- endif -%}
{%- endmacro %}
