{#
  What an order takes from other records, column by column, with the rule: the `cross_changes` of
  `val_orders`, over its CTEs typed, crossed and completed. How an employee's id was read (`trimmed`,
  `as_text`) is told by the order alone, and which employee it names by the others: one entry for both.
#}
{% macro order_changes() -%}
    {%- set read = "jsonb_path_query_first(typed.changes, 'strict $[*] ? (@[0] == \"employee_id\")')" -%}
    {{ cross_changes([
        [
            'typed.client_id is null and completed.client_id is not null',
            'client_id', 'completed.client_id', "'from_site'"
        ],
        ['crossed.is_client_unmapped', 'client_id', 'completed.client_id', "'live_parent'"],
        ['crossed.is_placed', 'site_id', 'completed.site_id', "'from_email'"],
        ['crossed.is_site_unmapped', 'site_id', 'completed.site_id', "'live_parent'"],
        ['crossed.is_product_dropped', 'product_id', 'null::uuid', "'dropped'"],
        ['crossed.is_product_unmapped', 'product_id', 'completed.product_id', "'live_parent'"],
        [
            'typed.employee_id_raw is not null and completed.employee_id is null',
            'employee_id', 'null::uuid', "'dropped'"
        ],
        [
            'completed.employee_id is not null and ' ~ is_resolved(),
            'employee_id', 'completed.employee_id', "'resolved'"
        ],
        [
            'completed.employee_id is not null and not (' ~ is_resolved() ~ ') and '
            ~ read ~ ' is not null',
            'employee_id', 'completed.employee_id', read ~ ' ->> 2'
        ],
        ['crossed.is_renumbered', 'order_number', 'completed.order_number', "'numbered'"],
        [
            'typed.customer_name is null and completed.customer_name is not null',
            'customer_name', 'completed.customer_name', "'from_employee'"
        ],
        [
            'typed.customer_email is null and completed.customer_email is not null',
            'customer_email', 'completed.customer_email', "'from_employee'"
        ],
        [
            'typed.customer_employee_id is null and completed.customer_employee_id is not null',
            'customer_employee_id', 'completed.customer_employee_id', "'kept_from_employee_id'"
        ],
        [
            'typed.total_amount is null and completed.total_amount is not null',
            'total_amount', 'completed.total_amount', "'price_of_product'"
        ],
        [
            'typed.currency is null and completed.currency is not null',
            'currency', 'completed.currency',
            "case when crossed.is_currency_of_product then 'from_product' else 'default' end"
        ],
        [
            "typed.items is null and completed.items <> '[]'",
            'items', 'completed.items', "'from_gift'"
        ]
    ]) }}
{%- endmacro %}
