{#
  The verdict on a record: its class, every reason against it, the key that won over it, the key at the
  root of a rejection that began elsewhere, and the values that others of its rows changed.
#}
{% macro verdict_columns(changes=true) -%}
    case
        when crossed.is_merged then 'merged'
        when typed.is_deleted then 'soft_deleted'
        when coalesce(typed.row_codes, crossed.cross_codes) is not null then 'rejected'
        else 'migrated'
    end as key_class,
    case
        when not coalesce(crossed.is_merged, false) and not typed.is_deleted
            then
                case
                    when typed.row_codes = 'document_malformed' then typed.row_codes
                    else nullif(concat_ws(',', typed.row_codes, crossed.cross_codes), '')
                end
    end as reject_codes,
    crossed.winner_key,
    case
        when not coalesce(crossed.is_merged, false) and not typed.is_deleted
            then crossed.root_key
    end as root_key
    {%- if changes %},
    crossed.cross_changes
    {%- endif %}
{%- endmacro %}
