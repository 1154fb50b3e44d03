{#
  The instant in a catalog's id, `catalog_<name>_<base36 milliseconds>_<4 characters>`, or null. Eight
  base36 digits hold every millisecond from 1972 to 2059.
#}
{% macro instant_in_catalog_id(id) -%}
    (
        select
            timestamptz '1970-01-01 00:00:00+00'
            + sum(
                (strpos('0123456789abcdefghijklmnopqrstuvwxyz', digit) - 1)
                * (36 ^ (8 - place))::bigint
            ) * interval '1 millisecond'
        from
            string_to_table(
                substring({{ id }} from '^catalog_.*_([0-9a-z]{8})_[0-9a-z]{4}$'), null
            ) with ordinality as digits (digit, place)
    )
{%- endmacro %}
