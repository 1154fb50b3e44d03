{#
  Whether an order's employee was found by something else than its id at the order's own site: by the
  business number, or at another site.
#}
{% macro is_resolved() -%}
    case
        when {{ is_uuid('typed.employee_id_raw') }} then lower(typed.employee_id_raw)
        else typed.employee_id_raw
    end is distinct from crossed.employee_mapped_id
{%- endmacro %}
