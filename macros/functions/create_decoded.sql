{#
  decoded(document): the object or array whose JSON text stands in a JSON string, up to three times
  encoded; any other document as it is. A function, because before version 16 PostgreSQL can find out
  whether text is JSON only by trying.
#}
{% macro create_decoded() -%}
    create or replace function {{ work_function('decoded') }}(document jsonb)
    returns jsonb language plpgsql immutable as $function$
    declare
        inside jsonb := document;
    begin
        for turn in 1..3 loop
            exit when jsonb_typeof(inside) <> 'string';
            begin
                inside := (inside #>> '{}')::jsonb;
            exception when others then
                return document;
            end;
        end loop;
        return case
            when jsonb_typeof(inside) in ('object', 'array') then inside else document
        end;
    end
    $function$;
{%- endmacro %}
