{#
  The foreign keys that refer to a table, from tables of anybody, as [table, condition]: the condition by
  which a row `child` of that table refers to a row `parent` of this one, by whatever columns.
#}
{% macro foreign_keys_to(relation) -%}
    {%- set query -%}
        select
            keys.conrelid::regclass::text,
            string_agg(
                format('child.%I = parent.%I', referring.attname, referred.attname),
                ' and ' order by pairs.place
            )
        from pg_constraint as keys
        cross join
            unnest(keys.conkey, keys.confkey) with ordinality as pairs (child, parent, place)
        inner join pg_attribute as referring
            on keys.conrelid = referring.attrelid and pairs.child = referring.attnum
        inner join pg_attribute as referred
            on keys.confrelid = referred.attrelid and pairs.parent = referred.attnum
        where keys.contype = 'f' and keys.confrelid = '{{ relation }}'::regclass
        group by keys.oid, keys.conrelid
        order by 1, 2
    {%- endset -%}
    {{ return(run_query(query).rows) }}
{%- endmacro %}
