"""The counts of a store: one statement that reads every document once.

No document, no text of one and no key leaves the server: what comes back are shapes, names of
fields, names of spellings, and numbers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
from psycopg import sql

from scripts.census.shapes import shapes
from scripts.census.values import items

# In a family with so many names of fields, mostly rare ones, the names are data: a map by id.
MAP_NAMES = 15
MAP_NAMES_OF_ONE = 60
RARE_SHARE = 0.02
# A name that is no plain identifier is shown when so many documents have it, and so large a share.
SCHEMA_DOCUMENTS = 5
SCHEMA_SHARE = 0.2
# Names of one family beyond these are counted together.
NAMES = 200

_COUNTS = sql.SQL("""
objects as (
    select
        family,
        case part when 'document' then 'field' else 'element_field' end as part,
        sum(number) as objects
    from items
    where type = 'object' and part in ('document', 'element')
    group by family, part
),

names as (
    select
        family,
        part,
        name,
        fallback,
        sum(number) as present,
        row_number() over (partition by family, part order by sum(number) desc, name) as rank
    from items
    where part in ('field', 'element_field')
    group by family, part, name, fallback
),

rare_names as (
    select
        names.*,
        objects.objects,
        present <= greatest(1, {rare_share} * objects) as is_rare,
        count(*) over (partition by family, part) as names,
        count(*) filter (where present <= greatest(1, {rare_share} * objects))
            over (partition by family, part) as rare
    from names
    inner join objects using (family, part)
),

shown_names as (
    select
        family,
        part,
        name,
        case
            when fallback = '<text>' and (
                name ~ '[0-9@]'
                or present < {schema_documents}
                or present < {schema_share} * objects
            ) then '<text>'
            when fallback not in ('<name>', '<text>') then fallback
            when rank > {names} then '<name>'
            when is_rare and objects >= 10 and names >= {map_names} and rare >= 0.6 * names
                then '<name>'
            when is_rare and objects < 10 and names > {map_names_of_one} then '<name>'
            else name
        end as shown
    from rare_names
),

sizes as (
    select
        family,
        bytes,
        sum(number) as number,
        sum(sum(number)) over (partition by family order by bytes) as upto,
        sum(sum(number)) over (partition by family) as documents
    from items
    where part = 'document'
    group by family, bytes
)

select part, family, '' as name, type, spelling, sum(number)::bigint as number,
    null::bigint[] as bytes
from items
where part in ('document', 'element')
group by part, family, type, spelling
union all
select part, family, shown, items.type, items.spelling, sum(items.number)::bigint, null
from items
inner join shown_names using (family, part, name)
group by part, family, shown, items.type, items.spelling
union all
select part || '_names', family, shown, '', '', count(*), null
from shown_names
group by part, family, shown
union all
select 'size', family, '', '', '', sum(number)::bigint, array[
    min(bytes),
    min(bytes) filter (where upto >= 0.5 * documents),
    min(bytes) filter (where upto >= 0.95 * documents),
    max(bytes),
    sum(bytes * number)
]::bigint[]
from sizes
group by family""")


@dataclass(frozen=True)
class Count:
    """One line of the counts: how many values of a part, name, type and spelling a family has.

    `bytes` is smallest, median, 95th percentile, largest and sum, for the part `size` alone.
    """

    part: str
    family: str
    name: str
    type: str
    spelling: str
    number: int
    bytes: list[int] | None


def read_counts(
    connection: psycopg.Connection,
    store: sql.Identifier,
    vocabulary: list[str],
    *,
    split_words: bool,
) -> Iterator[Count]:
    """Read every key and every document once and give the counts; in the caller's transaction.

    Sorting and grouping beyond the server's work_mem go to its temporary files.
    """
    statement = sql.SQL("with {shapes},\n{items},\n{counts}").format(
        shapes=shapes(store, vocabulary, split_words=split_words),
        items=items(store, split_words=split_words),
        counts=_COUNTS.format(
            rare_share=sql.Literal(RARE_SHARE),
            schema_documents=sql.Literal(SCHEMA_DOCUMENTS),
            schema_share=sql.Literal(SCHEMA_SHARE),
            names=sql.Literal(NAMES),
            map_names=sql.Literal(MAP_NAMES),
            map_names_of_one=sql.Literal(MAP_NAMES_OF_ONE),
        ),
    )
    for row in connection.execute(statement):
        yield Count(*row)
