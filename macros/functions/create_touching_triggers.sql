{#
  touching_triggers(table): the row triggers before an update whose function does nothing but set
  `updated_at` (var `touch_function`, or the extension moddatetime), where we may switch them off: ALTER
  TABLE asks for the owner.
#}
{% macro create_touching_triggers() -%}
    create or replace function {{ work_function('touching_triggers') }}(of_table regclass)
    returns setof pg_trigger language sql stable as $function$
        select trigger.*
        from pg_trigger as trigger
        inner join pg_proc as function on trigger.tgfoid = function.oid
        inner join pg_class as relation on trigger.tgrelid = relation.oid
        where
            trigger.tgrelid = of_table
            and not trigger.tgisinternal
            -- Row (1), before (2), update (16).
            and trigger.tgtype & 19 = 19
            and trigger.tgenabled in ('O', 'A')
            and (
                function.prosrc ~* '{{ var("touch_function") }}'
                or function.proname = 'moddatetime'
                and encode(trigger.tgargs, 'escape') like 'updated\_at%'
            )
            and pg_has_role(relation.relowner, 'usage')
        order by trigger.tgname
    $function$;
{%- endmacro %}
