{#
  The rules that every entity has: texts that are none (found in staging), the id, and the two times
  a row must have.
#}
{% macro common_codes() -%}
    nullif(mistyped_codes, ''),
    case when id is null then 'id_missing' end,
    case
        when created_at_raw is not null and stated_created_at is null
            then 'created_at_malformed'
        when
            {{ first_instant() }} is null
            then 'created_at_missing'
    end,
    case
        when updated_at_raw is not null and stated_updated_at is null
            then 'updated_at_malformed'
    end
{%- endmacro %}
