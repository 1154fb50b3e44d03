{#
  The rule of an optional reference: one to a rejected record rejects, because mending the root mends
  the link. One that resolves to nothing is dropped and listed instead (see `reference_rule`).
#}
{% macro reference_codes(parent) -%}
    case
        when live_{{ parent }}.id is null and {{ parent }}.key_class = 'rejected'
            then '{{ parent }}_rejected'
    end
{%- endmacro %}
