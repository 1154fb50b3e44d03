{#
  `March 3, 2026`, the one long form the application wrote into orders, as `2026-03-03`; any other
  text stays as it is, to be judged like every date.
#}
{% macro long_date_as_iso(raw) -%}
    {%- set months = [
        'January', 'February', 'March', 'April', 'May', 'June',
        'July', 'August', 'September', 'October', 'November', 'December'
    ] -%}
    case
        when {{ raw }} ~ '^({{ months | join("|") }}) [0-9]{1,2}, [0-9]{4}$'
            then
                right({{ raw }}, 4)
                || '-'
                || lpad(
                    array_position(
                        array['{{ months | join("', '") }}'],
                        split_part({{ raw }}, ' ', 1)
                    )::text,
                    2,
                    '0'
                )
                || '-'
                || lpad(rtrim(split_part({{ raw }}, ' ', 2), ','), 2, '0')
        else {{ raw }}
    end
{%- endmacro %}
