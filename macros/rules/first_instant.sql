{#
  When a record was created: stated; the time in its id; its update; the default.
#}
{% macro first_instant() -%}
    coalesce(stated_created_at, id_instant, stated_updated_at, default_instant)
{%- endmacro %}
