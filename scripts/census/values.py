"""Documents to values: SQL that takes each document apart and says of each value what it is.

A family's documents, their fields, the elements of its lists and the fields of those are counted
by type and spelling. A name of a field that is plainly data becomes a placeholder.
"""

from __future__ import annotations

from psycopg import sql

from scripts.census.patterns import LITERALS
from scripts.census.shapes import pieces, placeholder

_WHITE = " \t\r\n\f\v"

# Whether a text is JSON again; a long one is judged by its ends alone:
# a pattern takes many times the memory of the text it looks at.
_IS_JSON = sql.SQL("""left({text}, 99) ~ {json_opening} and right({text}, 99) ~ {json_closing} and (
    octet_length({text}) > 1000000
    or left(ltrim(left({text}, 99), {white}), 1) = '"'
    or regexp_replace(regexp_replace(regexp_replace(
        {text}, {json_escape}, '@', 'g'), {json_token}, ']', 'g'), {json_array}, '', 'g')
        ~ {json_signs}
)""")

# How a text is spelled. Its length and first character decide which patterns are tried at all: most
# values are plain texts, and a pattern costs a microsecond.
_TEXT = sql.SQL("""case
    when {text} = '' then 'empty_text'
    when octet_length({text}) <= 254 and ltrim({text}, {white}) = '' then 'blank_text'
    when left(ltrim(left({text}, 99), {white}), 1) in ('{{', '[', '"')
        then case when {is_json} then 'json_text' else 'text' end
    when octet_length({text}) > 254
        then case when left({text}, 40) ~ {url_start} then 'url' else 'text' end
    when {text} ~ {starts_as_number} then case
        when {text} ~ {number} then case
            when {text} ~ '^[0-9]{{13}}$'
                and {text} between '0946684800000' and '4102444799999' then 'epoch_ms_text'
            when {text} ~ '^[0-9]{{10}}$'
                and {text} between '0946684800' and '4102444799' then 'epoch_s_text'
            else 'number_text'
        end
        when {text} like '____-__-__%' then case
            when {text} ~ {date} then 'date'
            when {text} ~ {instant_with_zone} then 'instant_with_zone'
            when {text} ~ {instant_without_zone} then 'instant_without_zone'
            else 'text'
        end
        when {text} ~ {short_date} then case
            when {text} ~ {month_first} then 'short_date_month_first'
            when {text} ~ {day_first} then 'short_date_day_first'
            else 'short_date_unclear'
        end
        when octet_length({text}) = 36 and {text} ~ {uuid} then 'uuid'
        when {text} ~ {grouped_number} then 'grouped_number_text'
        when {text} ~ {currency} then 'currency_text'
        when {text} ~ {long_date} then 'long_date'
        when {text} ~ {email} then 'email'
        else 'text'
    end
    when octet_length({text}) = 36 and {text} ~ {uuid} then 'uuid'
    when position('://' in {text}) > 0
        then case when {text} ~ {url} then 'url' else 'text' end
    when position('@' in {text}) > 0
        then case when {text} ~ {email} then 'email' else 'text' end
    when octet_length({text}) <= 5 and {text} ~ {boolean} then 'boolean_text'
    when {text} !~ '[0-9]' then 'text'
    when {text} ~ {currency} then 'currency_text'
    when {text} ~ {long_date} then 'long_date'
    else 'text'
end""")
# What the documents are and hold, value by value, counted at once: the groups are few. Then a name
# that is plainly data becomes a placeholder; one that may be either is judged further down.
_ITEMS = sql.SQL("""
counted as (
    select
        families.family,
        part.part,
        part.name collate "C" as name,
        coalesce(typed.type, 'sql null') as type,
        case
            when typed.type = 'string' then {spelling}
            when typed.type = 'number' then case
                when typed.number <> trunc(typed.number) then 'fraction'
                when typed.number between 946684800 and 4102444799 then 'epoch_s'
                when typed.number between 946684800000 and 4102444799999 then 'epoch_ms'
                else 'integer'
            end
            when part.value in ('{{}}'::jsonb, '[]'::jsonb) then 'empty'
            else ''
        end as spelling,
        part.bytes,
        count(*) as number
    from (
        -- The path to nowhere unpacks a compressed document, once for all its fields.
        select store.value #> '{{}}' as value, shaped.pieces
        from {store} as store
        cross join lateral {pieces} as shaped
        offset 0
    ) as store
    inner join families on families.pieces = store.pieces
    cross join lateral (
        select
            'document' as part,
            null::text as name,
            store.value,
            coalesce(octet_length(store.value::text), 0) as bytes
        union all
        -- Not jsonb_each: PostgreSQL keeps some bytes of each call to it until the query ends.
        select 'field', member.key, store.value -> member.key, null
        from jsonb_object_keys(
            case when jsonb_typeof(store.value) = 'object' then store.value else '{{}}' end
        ) as member (key)
        union all
        select 'element', null, element.value, null
        from jsonb_array_elements(
            case when jsonb_typeof(store.value) = 'array' then store.value else '[]' end
        ) as element
        union all
        select 'element_field', member.key, element.value -> member.key, null
        from jsonb_array_elements(
            case when jsonb_typeof(store.value) = 'array' then store.value else '[]' end
        ) as element
        cross join lateral jsonb_object_keys(
            case when jsonb_typeof(element.value) = 'object' then element.value else '{{}}' end
        ) as member (key)
    ) as part
    cross join lateral (
        select
            jsonb_typeof(part.value) as type,
            case when jsonb_typeof(part.value) = 'string'
                then (part.value #>> '{{}}') collate "C" end as text,
            case when jsonb_typeof(part.value) = 'number' then part.value::numeric end as number
        offset 0
    ) as typed
    group by 1, 2, 3, 4, 5, 6
),

items as materialized (
    select
        counted.family,
        counted.part,
        case when named.fallback in ('<name>', '<text>') then counted.name else named.fallback end
            as name,
        named.fallback,
        counted.type,
        counted.spelling,
        counted.bytes,
        counted.number
    from counted
    cross join lateral (
        select case
            when counted.name is null then ''
            when counted.name = '' then '<empty>'
            when octet_length(counted.name) > 60 or counted.name ~ {unspeakable} then '<id>'
            when counted.name ~ {field} then '<name>'
            else coalesce({placeholder}, '<name>')
        end as fallback
        offset 0
    ) as named
)""")


def items(store: sql.Identifier, *, split_words: bool) -> sql.Composed:
    """Give the CTEs that end in `items`; they need `families` and read the documents once."""
    text = sql.SQL("typed.text")
    return _ITEMS.format(
        store=store,
        pieces=pieces(split_words=split_words),
        placeholder=placeholder("counted.name"),
        spelling=_TEXT.format(
            text=text,
            white=sql.Literal(_WHITE),
            is_json=_IS_JSON.format(text=text, white=sql.Literal(_WHITE), **LITERALS),
            **LITERALS,
        ),
        **LITERALS,
    )
