{#
  on-run-start: refuses a protected target unless the task, or KV_ALLOW_PROTECTED=<target>, allows it;
  refuses vars that say nothing, and a second run beside another; then makes the tables that outlive a
  run and enters this one. `dbt test`, `docs` and `compile` write nothing.
#}
{% macro start_run() -%}
    {%- if execute and flags.WHICH in ('run', 'build', 'seed') -%}
        {%- if target.name == 'prod' and env_var('KV_ALLOW_PROTECTED', '') != target.name -%}
            {{ exceptions.raise_compiler_error(
                "The target 'prod' is protected. Run `invoke migrate --target=prod`, or set "
                ~ "KV_ALLOW_PROTECTED=prod for this one command."
            ) }}
        {%- endif -%}
        {{ check_vars() }}
        {{ check_final_names() }}
        {{ create_run_tables() }}
        {{ create_functions() }}
        {{ enter_run() }}
    {%- endif -%}
{%- endmacro %}
