{#
  Where a status came from when the document does not state the one in the row: an entry of
  `change_rules`. `hint` names the boolean field that decides when there is no status.
#}
{% macro status_rule(hint=none) -%}
    case
        when status <> typed_status then 'status:mapped'
        {%- if hint %}
        when status is null and {{ word_of_flag(hint, 'active', 'inactive') }} is not null
            then 'status:from_document'
        {%- endif %}
        when status is null then 'status:default'
    end
{%- endmacro %}
