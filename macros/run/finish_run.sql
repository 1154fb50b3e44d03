{#
  on-run-end: writes how the run ended. `outcome` is `done` when no node failed.
#}
{% macro finish_run(results) -%}
    {%- if execute and flags.WHICH in ('run', 'build') -%}
        {%- set failed = results | selectattr('status', 'in', ['error', 'fail']) | list -%}
        analyze {{ work_table('written_rows') }};
        update {{ work_table('runs') }}
        set
            finished_at = clock_timestamp(),
            outcome = '{{ 'failed' if failed else 'done' }}'
        where run_id = '{{ run_id() }}';
    {%- endif -%}
{%- endmacro %}
