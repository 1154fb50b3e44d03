{#
  Whether an order's employee was found by something else than its id at the order's own site: by the
  business number, or at another site.
#}
{% macro is_resolved() -%}
    case
        when typed.employee_id_raw ~ '{{ uuid_pattern() }}' then lower(typed.employee_id_raw)
        else typed.employee_id_raw
    end is distinct from crossed.employee_mapped_id
{%- endmacro %}
