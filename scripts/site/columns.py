"""The page of columns: what feeds each column of the six tables, generated from the project."""

from __future__ import annotations

from scripts.column_sources import ColumnSource, Word, codes_without_column, column_sources
from scripts.rule_names import rule_meanings
from scripts.settings import ENTITIES
from scripts.site.guides import code_link
from scripts.site.markup import Html, code, items, paragraph, prose, section, table, text

_HEADERS = ("column", "read from", "rules that may change it", "mapped and default", "rejects")


def render() -> tuple[str, str]:
    """Give the title and the content of the page; reads files of the project only."""
    by_entity = [
        section(
            f"columns-{entity}",
            entity,
            table(
                f"Columns of {entity}",
                _HEADERS,
                [_row(each) for each in column_sources() if each.entity == entity],
            ),
            paragraph(
                "About the document as a whole: ",
                Html(", ".join(map(code_link, codes_without_column(entity)))),
            ),
        )
        for entity in ENTITIES
    ]
    meanings = section(
        "columns-rules",
        "Rules",
        table("What each rule means", ("rule", "what happened"), _meanings()),
    )
    introduction = paragraph(
        "Fields are asked in this order; the first that holds something is taken. A dot goes one"
        " level down. All of it is generated from the project: the vars of dbt_project.yml, the"
        " contracts, the seeds and the models. A reject code leads to what it means and mends it."
    )
    return "Columns", "".join((introduction, *by_entity, meanings))


def _meanings() -> list[tuple[object, ...]]:
    return [(code(rule), prose(meaning)) for rule, meaning in rule_meanings().items()]


def _row(source: ColumnSource) -> tuple[object, ...]:
    kind = f"{source.data_type}{', required' if source.is_required else ''}"
    name = Html(f'<span id="{source.entity}.{source.column}">{code(source.column)}</span>')
    return (
        Html(f"{name}<br>{kind}<br>{prose(source.description)}"),
        Html(
            items(map(code, source.names))
            + (f"also made from {items(map(code, source.parts))}" if source.parts else "")
            + (f"given by the keys {items(map(code, source.keys))}" if source.keys else "")
        ),
        items(code(rule) for rule in source.rules),
        Html(
            items(_word(word) for word in (*source.mapped, *source.defaults))
            + (_default(source.table_default) if source.table_default is not None else "")
        ),
        # Without the name of the column, which stands beside them and begins nearly all.
        items(
            code_link(each.code, each.code.removeprefix(f"{source.column}_"))
            for each in source.codes
        ),
    )


def _word(word: Word) -> Html:
    what = f"{code(word.stated)} is {code(word.value)}" if word.stated else code(word.value)
    return Html(f"{what}: {text(word.reason)}")


def _default(value: str) -> Html:
    return Html(f"the table itself gives {code(value)}")
