{#
  Text as an instant, or null where it is none: ISO 8601 with a zone; without one, in the declared
  zone (KV_TIMEZONE); epoch seconds or milliseconds of the years 2000 to 2099, told apart by range.
  The session's TimeZone and DateStyle play no part.
#}
{% macro to_instant(raw) -%}
    case
        when {{ raw }} ~ '{{ usual_instant_pattern() }}' then ({{ raw }})::timestamptz
        when {{ raw }} ~ '{{ iso_pattern() }}'
            then
                case
                    when {{ raw }} ~ '(Z|[0-9][+-][0-9]{2}:?[0-9]{2})$'
                        then ({{ raw }})::timestamptz
                    else
                        ({{ raw }})::timestamp
                        at time zone '{{ setting("TIMEZONE", "UTC") }}'
                end
        when {{ raw }} ~ '^[0-9]{9,10}$'
            then
                case
                    when ({{ raw }})::bigint between 946684800 and 4102444799
                        then
                            timestamptz '1970-01-01 00:00:00+00'
                            + ({{ raw }})::bigint * interval '1 second'
                end
        when {{ raw }} ~ '^[0-9]{12,13}$'
            then
                case
                    when ({{ raw }})::bigint between 946684800000 and 4102444799999
                        then
                            timestamptz '1970-01-01 00:00:00+00'
                            + ({{ raw }})::bigint * interval '1 millisecond'
                end
    end
{%- endmacro %}
