{#
  The rule of a required parent: it stands in the store and is migrated, or in the live table. `parent`
  is the alias of its verdict and the name in the code; `reference` the column that names it.
#}
{% macro parent_codes(parent, reference) -%}
    case
        when {{ reference }} is null or live_{{ parent }}.id is not null then null
        when {{ parent }}.id is null then '{{ parent }}_unknown'
        when {{ parent }}.key_class = 'soft_deleted' then '{{ parent }}_deleted'
        when {{ parent }}.key_class = 'rejected' then '{{ parent }}_rejected'
    end
{%- endmacro %}
