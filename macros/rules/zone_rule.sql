{#
  An entry of `change_rules` for a stated time without a zone: the declared zone was taken. Digits alone
  are an epoch, which needs none.
#}
{% macro zone_rule(column) -%}
    case
        when {{ column }}_raw !~ '(Z|[0-9][+-][0-9]{2}:?[0-9]{2}|^[0-9]+)$'
            then '{{ column }}:zone_assumed'
    end
{%- endmacro %}
