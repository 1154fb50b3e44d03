{#
  The law of the house: every row of the model stands exactly once in its landing, and the landing
  holds nothing else. Without it a join that multiplies or loses rows would go unnoticed until somebody
  misses an order. It fails with each offending key and how often it stands on either side.
#}
{% test each_row_lands_once(model, column_name, landing, field) %}

    {{ kv_to_tables.rows_not_landing_once(model, column_name, landing, field) }}

{% endtest %}
