"""A row's journey: for each entity a record that was migrated and one that was rejected, masked."""

from __future__ import annotations

from typing import Any, LiteralString

from psycopg import IsolationLevel

from scripts.connection import connect
from scripts.masking import Masker, readable
from scripts.settings import ENTITIES, Target
from scripts.site.markup import Html, code, items, json_block, paragraph, section, table
from scripts.status import not_judged
from scripts.trace.find import trace_in
from scripts.trace.journey import Journey, Reason
from scripts.trace.tables import Tables

# The one that shows most: changes by several rules and leftovers; of equals the first key.
_MIGRATED = """
select ledger.source_key
from {record_ledger} as ledger
left join (
    select source_key, count(distinct rule) as rules from {recorded_changes} group by source_key
) as changed on ledger.source_key = changed.source_key
left join {leftovers} as leftovers on ledger.source_key = leftovers.source_key
where ledger.entity = {entity} and ledger.key_class = 'migrated' and ledger.ordinal is null
order by
    changed.rules is not null and leftovers.fields is not null desc,
    least(coalesce(changed.rules, 0), 4) desc,
    leftovers.fields is not null desc,
    ledger.source_key
limit 1
"""
# One that waits for another shows most, then one with several reasons.
_REJECTED = """
select source_key from {record_ledger}
where entity = {entity} and key_class = 'rejected'
order by
    root_key is not null desc, least(cardinality(string_to_array(reject_codes, ',')), 2) desc,
    source_key
limit 1
"""
_COMPARED = {
    "equal": "It is equal to the document in the store, as it stands.",
    "same": "It is the document in the store, but for what may differ.",
    "different": "It is not the document in the store.",
}


def render(target: Target) -> list[tuple[str, str, str]]:
    """Give a page for each entity that has records: slug, title, HTML.

    One read-only transaction on one snapshot of the last run. Raises KvError when there is none.
    """
    pages = []
    with connect(target, read_only=True) as connection:
        connection.isolation_level = IsolationLevel.REPEATABLE_READ
        tables = Tables(connection, target, Masker())
        if not tables.exists("recorded_changes"):
            raise not_judged(target)
        for entity in ENTITIES:
            examples = [
                (name, title, trace_in(tables, keys[0]))
                for name, title, keys in (
                    ("migrated", "A record that was migrated", _one(tables, _MIGRATED, entity)),
                    ("rejected", "A record that was rejected", _one(tables, _REJECTED, entity)),
                )
                if keys
            ]
            if examples:
                content = "".join(_example(name, title, each) for name, title, each in examples)
                pages.append((f"journey-{entity}", f"A row's journey: {entity}", content))
    return pages


def _one(tables: Tables, query: LiteralString, entity: str) -> list[str]:
    return tables.texts(query, entity=entity)


def _example(name: str, title: str, journey: Journey) -> Html:
    steps = [
        ("document", "1. Document in the store", _document(journey)),
        (
            "classification",
            "2. Classification",
            _facts("What its key says", journey.classification),
        ),
        ("staging", "3. Staging", _staging(journey)),
        ("verdict", "4. Verdict", _verdict(journey)),
    ]
    if journey.key_class == "migrated":
        steps += [
            ("row", "5. Final row", _facts("Row", journey.row or {})),
            ("changes", "6. Changes", _changes(journey)),
            ("leftovers", "7. Leftovers", _leftovers(journey)),
            ("rebuilt", "8. Rebuilt document", _rebuilt(journey)),
        ]
    return section(
        name,
        title,
        paragraph(code(journey.key), ": ", f"{journey.sentence} {journey.decision}".rstrip()),
        items(journey.notes),
        *(section(f"{name}-{step}", words, body, level=3) for step, words, body in steps),
    )


def _document(journey: Journey) -> Html:
    if journey.has_document:
        return json_block(journey.document)
    return paragraph("It is no longer in the store.")


def _facts(caption: str, facts: dict[str, Any]) -> Html:
    rows = [(code(name), _value(value)) for name, value in facts.items() if value is not None]
    return table(caption, ("name", "value"), rows)


def _value(value: Any) -> Html:
    return code(value if isinstance(value, str) else readable(value))


def _staging(journey: Journey) -> Html:
    stated = [
        (code(each.column), code(each.field), _value(each.stated))
        for each in journey.staging
        if each.field is not None
    ]
    return Html(
        table("Which field fed which column", ("column", "field", "stated"), stated)
        + paragraph(f"For {len(journey.staging) - len(stated)} columns it states nothing.")
    )


def _verdict(journey: Journey) -> Html:
    facts = {"class": journey.key_class, "record id": journey.record_id}
    facts |= {"winner": journey.winner_key, "root": journey.root_key}
    parts = [_facts("Verdict", facts)]
    if journey.reasons:
        parts.append(_reasons("Why, and what mends it", journey.reasons))
    if journey.root_reasons:
        parts.append(_reasons("What is wrong with the root", journey.root_reasons))
    return Html("".join(parts))


def _reasons(caption: str, reasons: tuple[Reason, ...]) -> Html:
    return table(
        caption,
        ("reason", "meaning", "mend"),
        [(code(each.code), each.meaning, each.mend) for each in reasons],
    )


def _changes(journey: Journey) -> Html:
    found = [
        (code(each.field), _value(each.before), _value(each.after), code(each.rule))
        for each in journey.changes
    ]
    content = (
        table(
            "Values that are not what the document says",
            ("field", "before", "after", "rule"),
            found,
        )
        if found
        else paragraph("None: the row says what the document says.")
    )
    if journey.is_id_made:
        content = Html(content + paragraph("Ids that are no UUIDs stand as UUIDs made of them."))
    return content


def _leftovers(journey: Journey) -> Html:
    if not journey.leftovers:
        return paragraph("None: every field fed a column.")
    return Html(paragraph("Fields no column was read from:") + json_block(journey.leftovers))


def _rebuilt(journey: Journey) -> Html:
    parts = [json_block(journey.rebuilt)] if journey.rebuilt is not None else []
    parts.append(paragraph(_COMPARED.get(journey.comparison, journey.comparison)))
    if journey.differences:
        parts.append(
            table(
                "Where the two differ",
                ("path", "stored", "rebuilt", "why"),
                [
                    (code(each.path), _value(each.stored), _value(each.rebuilt), each.excuse)
                    for each in journey.differences
                ],
            )
        )
    return Html("".join(parts))
