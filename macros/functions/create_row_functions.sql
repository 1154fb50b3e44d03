{#
  Functions that look at a table's definition for the upsert and the rollback, which both must know
  whether a row is still as a run left it, and how to put one back.
#}
{% macro create_row_functions() -%}
    {{ create_hashed_columns() }}
    {{ create_hash_of_row() }}
    {{ create_image_of_row() }}
    {{ create_touching_triggers() }}
    {{ create_added_since() }}
    {{ create_touched_rows() }}
{%- endmacro %}
