{#
  Where created_at and updated_at came from when the document does not state them: the entries of `change_rules` that every entity has.
#}
{% macro created_rule() -%}
    case
        when created_at_raw is not null then null
        when id_instant is not null then 'created_at:time_in_id'
        when stated_updated_at is not null then 'created_at:from_updated_at'
        else 'created_at:default'
    end,
    case when updated_at_raw is null then 'updated_at:from_created_at' end
{%- endmacro %}
