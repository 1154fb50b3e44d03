{#
  One entry of an order's metadata from a field of its own, or none.
#}
{% macro kept_in_metadata(value, name) -%}
    case
        when coalesce({{ value }}, 'null') = 'null' then '{}'::jsonb
        else jsonb_build_object('{{ name }}', {{ value }})
    end
{%- endmacro %}
