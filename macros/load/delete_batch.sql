{#
  One batch of `delete_outlived`, as statements: locks the next rows that are still to be judged, then
  deletes those that nobody touched since and no table refers to (`referring`: what `foreign_keys_to`
  gives), with a record of each row (`image`), so that a rollback can bring it back. The others stay and say why.
#}
{% macro delete_batch(live, referring, image) -%}
    {%- set entity = live.identifier -%}
    {%- set chosen = "outlived.entity = '" ~ entity ~ "' and outlived.outcome = 'judged'" -%}
    update {{ this }} as outlived
    set outcome = 'judged'
    from (
        select id from {{ this }}
        where entity = '{{ entity }}' and outcome = 'kept'
        order by id
        limit {{ var('batch_size') | int }}
    ) as chosen
    where outlived.entity = '{{ entity }}' and outlived.id = chosen.id;

    perform live.id
    from {{ live }} as live
    inner join {{ this }} as outlived on live.id = outlived.id
    where {{ chosen }}
    order by live.id
    for update of live;

    update {{ this }} as outlived
    set outcome = 'edited'
    from {{ work_function('touched_rows') }}(
        '{{ entity }}',
        '{{ live }}',
        array(select outlived.id from {{ this }} as outlived where {{ chosen }}),
        true
    ) as touched
    where {{ chosen }} and outlived.id = touched.id;
    {% for key in referring %}
    update {{ this }} as outlived
    set outcome = 'referred_to'
    from {{ live }} as parent
    inner join {{ key[0] }} as child on {{ key[1] }}
    where {{ chosen }} and outlived.id = parent.id;
    {% endfor %}
    insert into {{ work_table('written_rows') }} (entity, id, run_id, action, before)
    select '{{ entity }}', live.id, '{{ run_id() }}', 'delete', {{ image }}
    from {{ live }} as live
    inner join {{ this }} as outlived on live.id = outlived.id
    where {{ chosen }}
    on conflict (entity, id, run_id) do update set action = excluded.action;

    delete from {{ live }} as live
    using {{ this }} as outlived
    where {{ chosen }} and live.id = outlived.id;

    update {{ this }} as outlived set outcome = 'deleted' where {{ chosen }};
{%- endmacro %}
