{#
  A document with the secret paths of its entity (var `secret_paths`) replaced by "[withheld]", so
  that no table of ours ever holds them. Where something else than an object stands on the way, it is
  withheld whole, since nobody knows what it holds. A path the document lacks is set to nothing (`{}`).
#}
{% macro without_secrets() -%}
    case
        {%- for secret_entity, paths in var('secret_paths').items() %}
        when entity = '{{ secret_entity }}' and jsonb_typeof(document) = 'object'
            then
                {{ 'jsonb_set(' * paths | length }}document
                {%- for path in paths %},
                case
                    {%- for depth in range(1, path | length) %}
                    {%- set way = "'{" ~ path[:depth] | join(',') ~ "}'::text[]" %}
                    when jsonb_typeof(document #> {{ way }}) not in ('object', 'null') then {{ way }}
                    {%- endfor %}
                    {%- set place = "'{" ~ path | join(',') ~ "}'::text[]" %}
                    when document #> {{ place }} is not null then {{ place }}
                    else '{}'
                end,
                '"[withheld]"', false)
                {%- endfor %}
        {%- endfor %}
        else document
    end
{%- endmacro %}
