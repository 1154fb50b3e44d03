"""The first page: what the last run did, whether it is proved, and how long it took."""

from __future__ import annotations

from scripts.history_report import what_of
from scripts.masking import masked_sentence
from scripts.rule_names import rule_meanings
from scripts.settings import ENTITIES
from scripts.site.facts import Facts
from scripts.site.flow import Band, flow_picture
from scripts.site.guides import code_link
from scripts.site.markup import Html, code, number, paragraph, prose, section, table, text
from scripts.status import TAKEN_BACK

_NO_RECORD = "no record"
_STEPS_SHOWN = 40
_MEANING = {
    "unclassified": "no pattern knows the key; a run with such keys stops",
    "migrated": "it is a row",
    "merged": "a copy of a record; another key of it won",
    "rejected": "a rule of the tables refuses it; kept with its document and every reason",
    "soft_deleted": "the application marked it as deleted; it stays so",
    "derived": "a list or lookup of other keys, which are migrated for themselves",
    "other_family": "a family of keys that has no table",
    "other_environment": "a record of another environment than the migrated one",
    "withheld": "tokens, sessions and the like, never migrated and never shown",
    "changed_while_running": "it changed while the run went on; the next one judges it",
}
_ENDED = {
    "done": "without a reject",
    "rejects": "with rejects",
    **dict.fromkeys(TAKEN_BACK, "taken back"),
}


def overview(facts: Facts) -> str:
    """Give the content of the page."""
    run = facts.report.run
    begun = (
        f"It began {run.started_at} and ended {_ENDED.get(run.outcome, run.outcome)}."
        if run
        else ""
    )
    target, run_id = code(facts.report.target), code(facts.run_id)
    return "".join(
        (
            paragraph("The last run of ", target, ", ", run_id, ". ", begun),
            _unchanged(facts),
            _cards(facts),
            section("flow", "Where every key went", _flow(facts)),
            section("entities", "Records and rows", _entities(facts)),
            section("classes", "Every key, in its one class", _classes(facts)),
            section("reasons", "Rejects by root cause", _causes(facts)),
            section("changed", "Changed values by rule", _changes(facts)),
            section("proof", "Proof", _proof(facts)),
            section("time", "Seconds by phase", _phases(facts)),
            section("history", "History", _history(facts)),
            section(
                "next",
                "Next step",
                paragraph(code(facts.report.next_command), ": ", facts.report.next_why),
            ),
        )
    )


def _unchanged(facts: Facts) -> Html:
    if not facts.unchanged_since:
        return Html("")
    return paragraph(
        "Nothing had changed since run ",
        code(facts.unchanged_since),
        ": its verdicts stand, and were proved anew.",
    )


def verdict(passed: bool | None) -> Html:
    """Write passed, failed or not run, in words and colour."""
    if passed is None:
        return Html('<span class="warn">not run</span>')
    name, word = ("good", "passed") if passed else ("bad", "failed")
    return Html(f'<span class="{name}">{word}</span>')


def _cards(facts: Facts) -> Html:
    ledger = facts.ledger
    migrated = sum(int(str(each["migrated"])) for each in ledger.entities)
    cards = [
        ("keys of the store", f"{ledger.keys:,}"),
        ("records migrated", f"{migrated:,}"),
        ("records rejected", f"{ledger.rejected:,}"),
        ("keys of no class", f"{ledger.classes['unclassified']:,}"),
    ]
    if facts.elements:
        cards.insert(1, ("elements of lists, each a record", f"{sum(facts.elements.values()):,}"))
    inner = "".join(f"<li><strong>{text(value)}</strong>{text(name)}</li>" for name, value in cards)
    return Html(f'<ul class="cards">{inner}</ul>')


def _bands(facts: Facts) -> tuple[list[list[tuple[str, int]]], list[Band]]:
    """Give the boxes by column and the bands; names of equal look are told apart by a path."""
    families: dict[str, int] = {}
    bands: list[Band] = []
    order = {entity: place for place, entity in enumerate(ENTITIES)}
    listed = sum(facts.elements.values())
    for entity, family, count in sorted(
        facts.families, key=lambda one: (order.get(one[0] or "", 99), -one[2])
    ):
        name = f"family/{family}"
        families[name] = families.get(name, 0) + count
        bands.append(Band("the store", name, count, "" if entity else "soft"))
        bands.append(Band(name, f"entity/{entity or _NO_RECORD}", count, "" if entity else "soft"))
    if listed:
        families["family/elements of lists"] = listed
        bands += [
            Band("family/elements of lists", f"entity/{entity}", count)
            for entity, count in facts.elements.items()
        ]
    without = sum(count for entity, _, count in facts.families if entity is None)
    entities = [(f"entity/{e['entity']}", int(str(e["read"]))) for e in facts.ledger.entities]
    landed: dict[str, int] = {f"table/{entity}": 0 for entity in ENTITIES}
    for each in facts.ledger.entities:
        for class_name, goal, kind in (
            ("migrated", f"table/{each['entity']}", ""),
            ("rejected", "table/rejects", "bad"),
            ("merged", "table/merged", "soft"),
            ("soft_deleted", "table/soft deleted", "soft"),
        ):
            count = int(str(each[class_name]))
            landed[goal] = landed.get(goal, 0) + count
            bands.append(Band(f"entity/{each['entity']}", goal, count, kind))
    columns = [
        [("the store", facts.ledger.keys)],
        [(name, count) for name, count in families.items() if count],
        [*entities, *([(f"entity/{_NO_RECORD}", without)] if without else [])],
        list(landed.items()),
    ]
    return columns, bands


def _flow(facts: Facts) -> Html:
    """Draw the flow, and say its counts once more for those who cannot see it."""
    columns, bands = _bands(facts)
    counts = table(
        "The counts of the picture",
        ("from", "to", "count"),
        [
            (band.origin.replace("/", ": "), band.goal.replace("/", ": "), number(band.count))
            for band in bands
            if band.count
        ],
    )
    return Html(
        flow_picture(columns, bands)
        + f"<details><summary>The same counts as a table</summary>{counts}</details>"
    )


def _entities(facts: Facts) -> Html:
    names = ("read", "migrated", "merged", "rejected", "soft_deleted")
    written = ("inserted", "updated", "left_alone")
    return table(
        "Records of the store by entity, and the rows the run wrote",
        ("entity", *(name.replace("_", " ") for name in (*names, *written))),
        [
            (each["entity"], *(number(each[name]) for name in (*names, *written)))
            for each in facts.ledger.entities
        ],
    )


def _classes(facts: Facts) -> Html:
    rows = [
        (name.replace("_", " "), number(count), _MEANING[name])
        for name, count in facts.ledger.classes.items()
    ]
    return table(
        "The classes add up to count(*) of the store; elements of lists are records, and no keys",
        ("class", "keys", "what it means"),
        [*rows, ("sum = count(*)", number(facts.ledger.keys), "")],
    )


def _causes(facts: Facts) -> Html:
    if not facts.report.causes:
        return paragraph("Nothing was rejected.")
    return table(
        "What is wrong at the root, the records it costs, and how many of them wait for it",
        ("entity", "reasons", "records", "of them waiting", "what mends it"),
        [
            (
                cause.entity,
                Html(", ".join(map(code_link, cause.codes.split(",")))),
                number(cause.records),
                number(cause.waiting),
                cause.mend,
            )
            for cause in facts.report.causes
        ],
    )


def _changes(facts: Facts) -> Html:
    if not facts.changes:
        return paragraph("No value was changed.")
    meanings = rule_meanings()
    return table(
        "Values that stand otherwise in a row than in its document",
        ("rule", "values", "records", "in", "what happened"),
        [
            (
                code(rule),
                number(count),
                number(keys),
                entities,
                prose(meanings.get(rule.partition(":")[0], "")),
            )
            for rule, count, keys, entities in facts.changes
        ],
    )


def _proof(facts: Facts) -> Html:
    if facts.verification is None or facts.expectations is None:
        return paragraph(
            "The log of the run does not say, and with --quick nothing is proved again: run"
            " invoke verify."
        )
    rows = []
    for group in dict.fromkeys(check.group for check in facts.verification.checks):
        checks = [check for check in facts.verification.checks if check.group == group]
        good = sum(check.passed for check in checks)
        rows.append(
            (group, verdict(good == len(checks)), number(len(checks)), number(len(checks) - good))
        )
    results = [one for one in facts.expectations.results if not one.of_application]
    bad = sum(not one.success for one in results)
    rows.append(
        ("expectations", verdict(facts.expectations.success), number(len(results)), number(bad))
    )
    failed = [masked_sentence(each) for each in facts.verification.failures()]
    lines = "".join(f"<li>{text(each)}</li>" for each in failed)
    return Html(
        table(
            proved(facts),
            ("law", "outcome", "checks", "failed or not run"),
            rows,
        )
        + (f"<ul>{lines}</ul>" if failed else "")
    )


def proved(facts: Facts) -> str:
    """Say whose proof the pages show: the run's own, or one made for them."""
    return (
        "Proved again when this page was made"
        if facts.is_proved_anew
        else "As the run itself found it"
    )


def _phases(facts: Facts) -> Html:
    if not facts.phases:
        return paragraph("The log of this run is not on this machine.")
    rows = [(name, number(round(value, 2))) for name, value in facts.phases.items()]
    return table(
        "They add up to the run",
        ("phase", "seconds"),
        [*rows, ("sum", number(round(sum(facts.phases.values()), 2)))],
    )


def _history(facts: Facts) -> Html:
    return table(
        f"The last steps on this target, the newest first; {_STEPS_SHOWN} at most",
        ("when (UTC)", "step", "run", "outcome", "what"),
        [
            (
                step.started_at[:19].replace("T", " "),
                step.kind.replace("_", " "),
                code(step.run_id) if step.run_id else "",
                _outcome(step.outcome),
                masked_sentence(what_of(step)),
            )
            for step in reversed(facts.steps[-_STEPS_SHOWN:])
        ],
    )


def _outcome(outcome: str) -> Html:
    colour = {"done": "good", "failed": "bad"}.get(outcome, "warn")
    return Html(f'<span class="{colour}">{text(outcome)}</span>')
