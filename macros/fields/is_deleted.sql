{#
  Whether the application deleted the record softly; such a record is never brought back to life.
#}
{% macro is_deleted() -%}
    coalesce(
        document ->> 'deleted' = 'true'
        or document ->> 'isDeleted' = 'true'
        or document ->> 'is_deleted' = 'true'
        or nullif(document ->> 'deletedAt', 'false') <> ''
        or nullif(document ->> 'deleted_at', 'false') <> '',
        false
    )
{%- endmacro %}
