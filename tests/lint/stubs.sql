{# What the linter sees in place of our macros: SQL of the same kind. dbt never reads this file. #}
{% macro text_of(entity, column) -%}
    document
{%- endmacro %}
{% macro json_of(entity, column) -%}
    document
{%- endmacro %}
{% macro reference_of(entity, column) -%}
    document
{%- endmacro %}
{% macro record_id() -%}
    document
{%- endmacro %}
{% macro is_deleted() -%}
    false
{%- endmacro %}
{% macro is_email(raw) -%}
    false
{%- endmacro %}
{% macro is_mistyped(column, codes='mistyped_codes') -%}
    false
{%- endmacro %}
{% macro id_faults() -%}
    'code'
{%- endmacro %}
{% macro mistyped(entity, column) -%}
    'code'
{%- endmacro %}
{% macro common_codes() -%}
    'code'
{%- endmacro %}
{% macro name_codes() -%}
    'code'
{%- endmacro %}
{% macro email_codes(column, required=false, has_check=false) -%}
    'code'
{%- endmacro %}
{% macro word_codes(column, words, typed=none) -%}
    'code'
{%- endmacro %}
{% macro boolean_codes(column) -%}
    'code'
{%- endmacro %}
{% macro count_codes(column) -%}
    'code'
{%- endmacro %}
{% macro money_codes(column, required=false) -%}
    'code'
{%- endmacro %}
{% macro json_codes(column, types=[]) -%}
    'code'
{%- endmacro %}
{% macro instant_codes(column, typed=none) -%}
    'code'
{%- endmacro %}
{% macro status_rule(hints=[]) -%}
    'code'
{%- endmacro %}
{% macro parent_codes(parent, reference) -%}
    live_{{ parent }}.id || {{ parent }}.id
{%- endmacro %}
{% macro reference_codes(parent) -%}
    live_{{ parent }}.id || {{ parent }}.id
{%- endmacro %}
{% macro default_of(entity, column) -%}
    source_key
{%- endmacro %}
{% macro default_instant(entity) -%}
    source_key
{%- endmacro %}
{% macro target_id(entity, id, site='') -%}
    source_key
{%- endmacro %}
{% macro to_instant(raw) -%}
    source_key
{%- endmacro %}
{% macro to_number(raw) -%}
    source_key
{%- endmacro %}
{% macro to_boolean(raw) -%}
    source_key
{%- endmacro %}
{% macro as_money(number) -%}
    source_key
{%- endmacro %}
{% macro as_count(number) -%}
    source_key
{%- endmacro %}
{% macro instant_in_id(id) -%}
    source_key
{%- endmacro %}
{% macro instant_in_catalog_id(id) -%}
    source_key
{%- endmacro %}
{% macro long_date_as_iso(raw) -%}
    source_key
{%- endmacro %}
{% macro status_instant(status) -%}
    source_key
{%- endmacro %}
{% macro legacy_catalog_id() -%}
    (select defaults.id from defaults)
{%- endmacro %}
{% macro value_map(entity, field) -%}
    (select maps.map from maps)
{%- endmacro %}
{% macro setting(name, default) -%}
    production
{%- endmacro %}
{% macro work_table(name) -%}
    written_rows
{%- endmacro %}
{% macro merged_records(typed) -%}
    select
        source_key,
        winner_key
    from typed
{%- endmacro %}
{% macro taken_values(claims) -%}
    select
        source_key,
        holder_key
    from claims
{%- endmacro %}
{% macro suffixes(claims) -%}
    select
        source_key,
        value
    from claims
{%- endmacro %}
{% macro live_ids(entity) -%}
    select id from live
{%- endmacro %}
{% macro live_claims(entity, value, scope='') -%}
    select
        source_key,
        scope,
        value,
        is_derived,
        created_at
    from live
{%- endmacro %}
{% macro verdict_columns(changes=true) -%}
    crossed.winner_key,
    crossed.root_key
{%- endmacro %}
{% macro env_var(name, default='') -%}
    {{ default }}
{%- endmacro %}
{% macro rows_not_landing_once(origin, key, landing, field) -%}
    select
        source_key as key,
        1 as departed_count,
        1 as landed_count
    from {{ origin }}
    full outer join {{ landing }} using ({{ key }})
{%- endmacro %}
{% macro length_codes(column, value=none) -%}
    'code'
{%- endmacro %}
{% macro word_of_flag(name, when_true, when_false) -%}
    document
{%- endmacro %}
{% macro kept_in_metadata(value, name) -%}
    document
{%- endmacro %}
{% macro spelling_of(entity) -%}
    document::text
{%- endmacro %}
{% macro leftovers_of(entity) -%}
    document
{%- endmacro %}
{% macro row_changes(entity, values={}, rules={}) -%}
    document
{%- endmacro %}
{% macro cross_changes(entries) -%}
    null::jsonb
{%- endmacro %}
{% macro order_changes() -%}
    null::jsonb
{%- endmacro %}
{% macro is_unmapped(parent, raw) -%}
    false
{%- endmacro %}
{% macro mapped_id(id, record_id) -%}
    'id'
{%- endmacro %}
{% macro first_instant() -%}
    now()
{%- endmacro %}
{% macro last_instant() -%}
    now()
{%- endmacro %}
{% macro id_rule() -%}
    'rule'
{%- endmacro %}
{% macro unstated(column, rule, value=none) -%}
    'rule'
{%- endmacro %}
{% macro created_at_rule() -%}
    'rule'
{%- endmacro %}
{% macro updated_at_rule() -%}
    'rule'
{%- endmacro %}
{% macro prepared_documents(origin) -%}
    select
        *,
        document as judged_document,
        document as document_changes
    from {{ origin }}
{%- endmacro %}
{% macro work_function(name) -%}
    kv.{{ name }}
{%- endmacro %}
{% macro fields_of(entity) -%}
    {{ return([]) }}
{%- endmacro %}
{% macro live_catalog_ids() -%}
    select id from catalogs
{%- endmacro %}
{% macro last_words(entity, among=none) -%}
    select
        id,
        run_id,
        action
    from {{ among or 'written_rows' }}
{%- endmacro %}
{% macro run_id() -%}
    run
{%- endmacro %}
{% macro ledger_before() -%}
    select
        source_key,
        source_hash,
        entity,
        key_class,
        target_id
    from ledger
{%- endmacro %}
{% macro gone_before() -%}
    select
        source_key,
        entity,
        key_class,
        target_id,
        run_id
    from changes
{%- endmacro %}
{# A loop over it sees one entity, `e`, which the graph in .sqlfluff has. #}
{% macro entities() -%}
    e
{%- endmacro %}
