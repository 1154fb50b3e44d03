"""Keys to families: SQL that turns each key into its pieces, and pieces into a shape.

A key is split at ':', else at '/', else, when it holds a digit, at '_' and '-'. A piece that
looks like an id becomes a placeholder; a word stays, unless there are too many of it
or it is too rare to be part of the key's grammar. The shape of `user:42:cart` is `user:<n>:cart`.
"""

from __future__ import annotations

from psycopg import sql

from scripts.census.patterns import LITERALS

# A position of a family with more different words holds data, not grammar.
MANY_WORDS = 50
MANY_HEADS = 200
# A word that leads fewer keys may be somebody's name.
FEW_KEYS = 5
# Pieces of a key beyond these, and its characters beyond those, are its rest.
DEPTH = 8
LENGTH = 300
# Families beyond the largest ones are counted together.
FAMILIES = 1000

# What a piece, or the name of a field, is when it is no word; null for a word.
PLACEHOLDER = sql.SQL("""case
    when {text} = '' then ''
    when {text} ~ {replaced}
        then case when {text} ~ ('^' || {replaced} || '$') then {text} else '<id>' end
    when position('@' in {text}) > 0 then '<email>'
    when {text} ~ {digits} then case
        when {text} ~ {date} then '<date>'
        when {text} ~ {address} then '<ip>'
        when {text} ~ '^[0-9]{{13}}$'
            and {text} between '0946684800000' and '4102444799999' then '<ms>'
        when {text} ~ '^[0-9]{{10}}$' and {text} between '0946684800' and '4102444799' then '<s>'
        else '<n>'
    end
    when {text} ~ {word} and octet_length({text}) <= 40 and {text} !~ {unspeakable} then null
    when position('/' in {text}) > 0 then '<path>'
    when {text} ~ {identifier} then '<id>'
    else '<text>'
end""")


def placeholder(text: str) -> sql.Composed:
    """Give the expression for the placeholder of a column; null when it holds a word."""
    return PLACEHOLDER.format(text=sql.SQL(text), **LITERALS)


# Each key to an array of pieces, each with the separator before it: {user,:<n>,:cart}.
_PIECES = sql.SQL("""(
    -- The empty key has no part at all, and no key at all counts as the empty one.
    select coalesce(array_agg(
        case when cut.place <= {depth}
            then cut.separator || coalesce({placeholder}, cut.piece) else cut.separator || '<rest>'
        end
        order by cut.place
    ) filter (where cut.place <= {depth} + 1), array['']) as pieces
    from (
        select
            part.place,
            case when part.place > 1 then left(part.text, 1) else '' end as separator,
            case when part.place > 1 then substr(part.text, 2) else part.text end as piece
        from (
            select left(coalesce(store.key, '')::text, {length}) collate "C" as key
        ) as short
        cross join lateral (
            select case
                when position('://' in short.key) > 0
                    then regexp_replace(short.key, {url_in_key}, '<url>')
                when short.key like '%-____-____-____-%'
                    then regexp_replace(short.key, {uuid_in_key}, '<uuid>', 'g')
                else short.key
            end as key
            offset 0
        ) as without_ids
        cross join lateral (
            select case
                when without_ids.key like '%____-__-__%' then regexp_replace(regexp_replace(
                    without_ids.key, {instant_in_key}, '<instant>', 'g'),
                    {date_in_key}, '\\1<date>', 'g')
                when without_ids.key like any(array['%::%', '%:%:%:%:%:%'])
                    then regexp_replace(without_ids.key, {address_in_key}, '\\1<ip>', 'g')
                else without_ids.key
            end as key
            offset 0
        ) as clean
        cross join lateral string_to_table(
            case
                when position(':' in clean.key) > 0
                    then replace(clean.key, ':', chr(31) || ':')
                when position('/' in clean.key) > 0
                    then replace(clean.key, '/', chr(31) || '/')
                when position('@' in clean.key) > 0
                    then regexp_replace(
                        regexp_replace(clean.key, {email_in_bare_key}, '\\1<email>'),
                        '([_-])', chr(31) || '\\1', 'g')
                when {split_words} or clean.key ~ '[0-9<]'
                    then regexp_replace(clean.key, '([_-])', chr(31) || '\\1', 'g')
                else clean.key
            end,
            chr(31)
        ) with ordinality as part (text, place)
    ) as cut
)""")

# The pieces at one place, judged left to right: the path so far says which family a word is in.
_LEVEL = sql.SQL("""
{words} as (
    select
        path,
        pieces[{place}] as piece,
        sum(keys) as keys,
        bool_or(pieces[2] is null or pieces[2] !~ '^[_-]') as is_plain,
        count(*) over (partition by path) as words,
        row_number() over (
            partition by path order by sum(keys) desc, pieces[{place}] collate "C"
        ) as rank
    from {before}
    where pieces[{place}] ~ '^[:/_-]?[A-Za-z]'
    group by path, pieces[{place}]
),

{level} as (
    select
        before.pieces,
        before.keys,
        before.path || case
            when before.pieces[{place}] is null then ''
            when words.piece is null or {shown} then before.pieces[{place}]
            else substring(before.pieces[{place}] from '^[:/_-]?') || '<word>'
        end as path
    from {before} as before
    left join {words} as words
        on words.path = before.path and words.piece = before.pieces[{place}]
)""")
_SHOWN_HEAD = sql.SQL("""(
    string_to_array(translate(words.piece, '._-', '   '), ' ') <@ {vocabulary}::text[]
    or words.words <= {many_heads} and (words.is_plain and not {split_words} or words.keys > 1)
    or words.keys >= {few_keys} and words.rank <= {many_heads}
)""")
_SHOWN = sql.SQL("""(
    string_to_array(translate(substr(words.piece, 2), '._-', '   '), ' ') <@ {vocabulary}::text[]
    or words.words <= {many_words} and (
        words.keys >= {few_keys} or words.keys > 1 and before.path like '%>'
    )
)""")

_SHAPES = sql.SQL("""
level_0 as materialized (
    select shaped.pieces, count(*) as keys, ''::text as path
    from {store} as store
    cross join lateral {pieces} as shaped
    group by shaped.pieces
),
{levels},

shape_sizes as (
    select path, sum(keys) as keys, row_number() over (order by sum(keys) desc, path) as rank
    from {last}
    group by path
),

families as materialized (
    select
        shapes.pieces,
        case
            when shape_sizes.rank > {families} then '<other>'
            when shape_sizes.path = '' then '<empty>'
            else shape_sizes.path
        end as family
    from {last} as shapes
    inner join shape_sizes on shape_sizes.path = shapes.path
)""")


def pieces(*, split_words: bool) -> sql.Composed:
    """Give the lateral subquery that cuts `store.key` into its pieces.

    `split_words` also splits keys of letters alone at '_' and '-': for a store that has many.
    """
    return _PIECES.format(
        placeholder=placeholder("cut.piece"),
        depth=sql.Literal(DEPTH),
        length=sql.Literal(LENGTH),
        split_words=sql.Literal(split_words),
        **LITERALS,
    )


def shapes(store: sql.Identifier, vocabulary: list[str], *, split_words: bool) -> sql.Composed:
    """Give the CTEs that end in `families (pieces, family)`; they read the keys once."""
    values = {
        "vocabulary": sql.Literal(vocabulary),
        "many_heads": sql.Literal(MANY_HEADS),
        "many_words": sql.Literal(MANY_WORDS),
        "few_keys": sql.Literal(FEW_KEYS),
        "split_words": sql.Literal(split_words),
    }
    levels = [
        _LEVEL.format(
            words=sql.Identifier(f"words_{place}"),
            level=sql.Identifier(f"level_{place}"),
            before=sql.Identifier(f"level_{place - 1}"),
            place=sql.Literal(place),
            shown=(_SHOWN_HEAD if place == 1 else _SHOWN).format(**values),
        )
        for place in range(1, DEPTH + 2)
    ]
    return _SHAPES.format(
        store=store,
        pieces=pieces(split_words=split_words),
        levels=sql.SQL(",\n").join(levels),
        last=sql.Identifier(f"level_{DEPTH + 1}"),
        families=sql.Literal(FAMILIES),
    )
