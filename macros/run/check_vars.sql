{#
  Refuses a run whose vars say what no rule knows, by the name of the var: a word misspelt must not be
  taken for the other one.
#}
{% macro check_vars() -%}
    {%- set words = {
        'on_conflict': ['keep-table', 'newest', 'take-kv'],
        'on_gone': ['keep', 'delete'],
        'allow_unclassified': [true, false],
        'skip_validation': [true, false],
        'row_level_security': [true, false]
    } -%}
    {%- for name, allowed in words.items() if var(name) not in allowed -%}
        {{ exceptions.raise_compiler_error(
            'The var ' ~ name ~ " is '" ~ var(name) ~ "'. Use " ~ allowed | join(' or ') ~ '.'
        ) }}
    {%- endfor -%}
    {%- for name in var('secret_names') if not modules.re.fullmatch('[a-z0-9]+( [a-z0-9]+)*', name) -%}
        {{ exceptions.raise_compiler_error(
            "The var secret_names has '" ~ name ~ "'. Use small letters, digits and single blanks."
        ) }}
    {%- endfor -%}
    {%- for name in ['batch_size', 'lock_attempts'] if var(name) | int < 1 -%}
        {{ exceptions.raise_compiler_error(
            'The var ' ~ name ~ " is '" ~ var(name) ~ "'. Use a whole number, 1 or more."
        ) }}
    {%- endfor -%}
{%- endmacro %}
