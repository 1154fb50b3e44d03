{#
  Fails the gate, and with it every final model, when the run has keys that no pattern knows or more
  rejects than `max_rejects` ("20", or "2.5%" of the records) allows. Nothing is written by then but
  our own tables, which say what is wrong.
#}
{% macro stop_at_gate() -%}
    {%- if execute -%}
        {%- set found = run_query('select * from ' ~ this).rows[0] -%}
        {%- set limit = var('max_rejects') | string -%}
        {%- if found['unclassified_count'] > 0 and not var('allow_unclassified') -%}
            {{ exceptions.raise_compiler_error(
                found['unclassified_count'] ~ " keys match no pattern of seeds/key_families.csv. "
                ~ "Add a pattern for them, or allow them with --allow-unclassified."
            ) }}
        {%- endif -%}
        {%- if found['unmet_corrections'] -%}
            {{ exceptions.raise_compiler_error(
                "Corrections name keys that are no records of this run: "
                ~ found['unmet_corrections'] ~ ". Mend or remove them in the corrections file."
            ) }}
        {%- endif -%}
        {%- if limit.endswith('%') -%}
            {%- set allowed = found['record_count'] * (limit[:-1] | float) / 100 -%}
        {%- elif limit -%}
            {%- set allowed = limit | int -%}
        {%- endif -%}
        {%- if limit and found['reject_count'] > allowed -%}
            {{ exceptions.raise_compiler_error(
                found['reject_count'] ~ " of " ~ found['record_count'] ~ " records are rejected, more "
                ~ "than --max-rejects=" ~ limit ~ " allows; no final row was written."
            ) }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
