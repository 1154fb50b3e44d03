{#
  A document with the secret paths of its entity (var `secret_paths`) replaced by "[withheld]", so
  that no table of ours ever holds them.
#}
{% macro without_secrets() -%}
    case entity
        {%- for secret_entity, paths in var('secret_paths').items() %}
        when '{{ secret_entity }}'
            then
                {%- for path in paths %}
                jsonb_set(
                {%- endfor %}
                document
                {%- for path in paths %}
                , '{ {{- path | join(",") -}} }', '"[withheld]"', false)
                {%- endfor %}
        {%- endfor %}
        else document
    end
{%- endmacro %}
