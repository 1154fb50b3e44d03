{#
  A document with the secret paths of its entity (var `secret_paths`) replaced by "[withheld]", so
  that no table of ours ever holds them. A path the document lacks is set to nothing (`{}`): with
  such a path, or one that runs through a list, jsonb_set would fail.
#}
{% macro without_secrets() -%}
    case
        {%- for secret_entity, paths in var('secret_paths').items() %}
        when entity = '{{ secret_entity }}' and jsonb_typeof(document) = 'object'
            then
                {{ 'jsonb_set(' * paths | length }}document
                {%- for path in paths %}
                {%- set place = "'{" ~ path | join(',') ~ "}'::text[]" %},
                case when document #> {{ place }} is not null then {{ place }} else '{}' end,
                '"[withheld]"', false)
                {%- endfor %}
        {%- endfor %}
        else document
    end
{%- endmacro %}
