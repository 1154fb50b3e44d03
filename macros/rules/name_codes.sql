{#
  The rules of a name: stated, and of two characters at least once trimmed.
#}
{% macro name_codes() -%}
    case
        when name is null then 'name_missing'
        when length(name) < 2 then 'name_too_short'
    end
{%- endmacro %}
