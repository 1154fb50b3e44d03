{#
  What a document states for a field, as JSON, under the name that `choices` says; null where it says
  nothing. `implied=false` leaves out names that another column holds.
#}
{% macro stated_json(entity, column, implied=true) -%}
    {%- set field = field_of(entity, column) -%}
    case {{ field.chosen }}
        {%- for name in field.names if implied or not name.is_implied %}
        when {{ name.byte }} then {{ name.json }}
        {%- endfor %}
    end
{%- endmacro %}
