{#
  Whether the application deleted the record softly; such a record is never brought back to life.
#}
{% macro is_deleted() -%}
    coalesce(
        document -> 'deleted' = 'true'
        or document -> 'isDeleted' = 'true'
        or document -> 'is_deleted' = 'true'
        or jsonb_typeof(document -> 'deletedAt') in ('string', 'number')
        or jsonb_typeof(document -> 'deleted_at') in ('string', 'number'),
        false
    )
{%- endmacro %}
