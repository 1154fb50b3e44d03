{#
  Where created_at came from when the document does not state it.
#}
{% macro created_at_rule() -%}
    case
        when created_at_raw is not null then null
        when id_instant is not null then 'from_id'
        when stated_updated_at is not null then 'from_updated_at'
        else 'default'
    end
{%- endmacro %}
