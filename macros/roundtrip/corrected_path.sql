{#
  The path of a corrected field: corrections are listed by the field at the top of the document.
#}
{% macro corrected_path() -%}
    case
        when changes.field = '$' then '[]'::jsonb
        else jsonb_build_array(substr(changes.field, 3))
    end
{%- endmacro %}
