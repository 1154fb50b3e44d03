{#
  Where a status came from when the document does not state the one in the row. `hints` are the
  conditions under which a flag of the document decides.
#}
{% macro status_rule(hints=[]) -%}
    case
        when status <> typed_status then 'mapped'
        {%- for name in hints %}
        when
            status is null
            and {{ word_of_flag(name, 'said', 'said') }} is not null
            then 'from_document'
        {%- endfor %}
        when status is null then 'default'
    end
{%- endmacro %}
