{#
  An entry of `change_rules` for a stated time without a zone: the declared zone was taken.
#}
{% macro zone_rule(column) -%}
    case
        when {{ column }}_raw ~ '^[0-9]{4}-' and {{ column }}_raw !~ '(Z|[0-9][+-][0-9]{2}:?[0-9]{2})$'
            then '{{ column }}:zone_assumed'
    end
{%- endmacro %}
