{#
  laid_over(document, patches): the document with values put in place, one after the other. A patch is
  [path, value], or [path] alone to take a value out; the empty path is the whole document. Objects on
  the way are made where they are missing; a path through anything else changes nothing.
#}
{% macro create_laid_over() -%}
    create or replace function {{ work_function('laid_over') }}(document jsonb, patches jsonb)
    returns jsonb language plpgsql immutable parallel safe as $function$
    declare
        patch jsonb;
        path text[];
    begin
        <<each_patch>>
        for patch in select entry from jsonb_array_elements(patches) as list (entry) loop
            path := array(
                select name
                from jsonb_array_elements_text(patch -> 0) with ordinality as names (name, place)
                order by place
            );
            -- In an array a name is no place.
            for depth in 1..cardinality(path) loop
                continue each_patch when
                    jsonb_typeof(document #> path[:depth - 1]) = 'array'
                    and path[depth] !~ '^-?[0-9]{1,9}$';
            end loop;
            if path = '{}' then
                document := patch -> 1;
            elsif jsonb_typeof(document) not in ('object', 'array') then
                continue;
            elsif patch -> 1 is null then
                document := document #- path;
            else
                for depth in 1..cardinality(path) - 1 loop
                    if document #> path[:depth] is null then
                        document := jsonb_set(document, path[:depth], '{}');
                    end if;
                    exit when jsonb_typeof(document #> path[:depth]) not in ('object', 'array');
                end loop;
                document := jsonb_set(document, path, patch -> 1);
            end if;
        end loop;
        return document;
    end
    $function$;
{%- endmacro %}
