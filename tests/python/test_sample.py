"""The sample: repeatable, complete, coherent, and true about itself."""

from __future__ import annotations

import csv
import gzip
import json
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from psycopg import sql

from scripts.connection import connect
from scripts.errors import UsageError
from scripts.load import load_file
from scripts.sample import MINIMUM, generate, write_sample
from scripts.sample.document import CLASSES, Document
from scripts.sample.generate import DEFECT_SHARE, sample
from scripts.sample.world import SECRET_MARK
from scripts.settings import ENTITIES, ROOT, Target

SMALL = list(sample(MINIMUM, 7))
NOTED = [document for whole in SMALL for document in (whole, *whole.elements) if document.note]
LONG = 30_000
ELEMENTS = [element for document in SMALL for element in document.elements]
BY_KEY = {document.key: document for document in (*SMALL, *ELEMENTS)}
# Families of which the application never wrote a key.
NEVER_WRITTEN = {"clients:all", "sites:all", "products:all", "employees:all", "orders:all"}


@cache
def long_sample() -> list[Document]:
    return list(sample(LONG, 7))


def text_of(document: Document) -> str:
    return json.dumps(document.value, ensure_ascii=False)


def rules_of(document: Document) -> set[object]:
    """Give the rules of all changes that are expected of a document and of what is inside it."""
    notes = [inside.note for inside in (document, *document.elements)]
    return {change["rule"] for note in notes if note for change in note.changes or ()}


def kinds(documents: list[Document]) -> set[str]:
    return {document.note.flaw_or_rule for document in documents if document.note}


def families() -> list[dict[str, str]]:
    with (ROOT / "seeds/key_families.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def matches(pattern: str, key: str) -> bool:
    environments = r"(?:development|production|staging|test|uat|qa-\d+)"
    parts = re.split(r"(<\w+>)", pattern)
    kinds_of_part = {"<env>": environments, "<rest>": r".+"}
    text = "".join(
        kinds_of_part.get(part, r"[^:]+") if part.startswith("<") else re.escape(part)
        for part in parts
    )
    return re.fullmatch(text, key) is not None


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    one, two = tmp_path / "one.jsonl.gz", tmp_path / "two.jsonl.gz"
    expected = [write_sample(path, MINIMUM, 7).read_bytes() for path in (one, two)]
    assert one.read_bytes() == two.read_bytes()
    assert expected[0] == expected[1]


def test_another_seed_gives_another_sample() -> None:
    assert list(generate(MINIMUM, 7)) != list(generate(MINIMUM, 8))


@pytest.mark.parametrize("documents", [MINIMUM, MINIMUM + 1, 1234, 10_000])
def test_there_are_exactly_as_many_keys_as_asked_for(documents: int) -> None:
    keys = [key for key, _ in generate(documents, 3)]
    assert len(keys) == documents
    assert len(set(keys)) == documents


def test_too_few_keys_are_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=str(MINIMUM)):
        write_sample(tmp_path / "small.jsonl.gz", MINIMUM - 1, 7)
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no folder"):
        write_sample(tmp_path / "nowhere" / "sample.jsonl.gz", MINIMUM, 7)


def test_the_smallest_sample_holds_every_kind_of_defect() -> None:
    assert kinds(SMALL) == kinds(long_sample())


def test_each_kind_of_defect_has_a_name_of_its_own() -> None:
    names = Counter(document.note.flaw_or_rule for document in NOTED if document.note)
    assert [name for name, count in names.items() if count > 1] == []


@pytest.mark.parametrize("flaw", [number for number in range(1, 18) if number != 15])
def test_each_flaw_a_document_can_carry_is_planted(flaw: int) -> None:
    assert any(f"flaw {flaw}:" in kind for kind in kinds(SMALL))


def test_a_share_of_the_records_of_a_long_sample_is_defective() -> None:
    records = [document for document in long_sample() if document.entity]
    defective = sum(document.outcome != "migrated" for document in records)
    assert defective / len(records) == pytest.approx(DEFECT_SHARE, rel=0.2)


def test_the_proportions_of_a_long_sample_are_those_of_a_real_store() -> None:
    found = Counter(document.entity for document in long_sample())
    shares = {entity: count / LONG for entity, count in found.items()}
    assert shares["clients"] == pytest.approx(0.01, abs=0.01)
    assert shares["catalogs"] == pytest.approx(0.005, abs=0.005)
    assert shares["sites"] == pytest.approx(0.02, abs=0.01)
    assert shares["products"] == pytest.approx(0.12, abs=0.02)
    assert shares["employees"] == pytest.approx(0.40, abs=0.02)
    assert shares["orders"] == pytest.approx(0.38, abs=0.02)


def test_every_family_the_application_wrote_is_there() -> None:
    patterns = {row["pattern"] for row in families()} - NEVER_WRITTEN
    assert {p for p in patterns if not any(matches(p, key) for key in BY_KEY)} == set()


@pytest.mark.parametrize("outcome", CLASSES)
def test_each_key_is_of_a_family_that_allows_its_class(outcome: str) -> None:
    known = families()
    for document in SMALL:
        if document.outcome != outcome:
            continue
        wanted = "record" if document.entity else outcome
        assert any(
            row["class"] == wanted
            and (not document.entity or row["entity"] == document.entity)
            and matches(row["pattern"], document.key)
            for row in known
        ), document.key


@pytest.mark.parametrize("document", NOTED, ids=lambda document: document.key[:60])
def test_what_is_expected_of_a_planted_key_makes_sense(document: Document) -> None:
    note = document.note
    assert note is not None
    assert document.outcome in CLASSES
    assert bool(note.codes) == (document.outcome == "rejected")
    assert list(note.codes) == sorted(set(note.codes))
    because = any(code.endswith(("_rejected", "_deleted")) for code in note.codes)
    assert (note.root_key is not None) == because
    claimed = any(code.endswith("_taken") for code in note.codes)
    assert (note.winner_key is not None) == (claimed or document.outcome == "merged")
    for other in (note.root_key, note.winner_key):
        assert other is None or (other in BY_KEY and other != document.key)
    if note.root_key:
        root = BY_KEY[note.root_key]
        assert root.outcome in {"rejected", "soft_deleted"}
        assert root.note is not None
        assert root.note.root_key is None
    assert note.row is None or document.outcome == "migrated"


@pytest.mark.parametrize("entity", ENTITIES)
def test_each_general_fault_is_planted_for_each_entity(entity: str) -> None:
    codes = {
        code
        for document in NOTED
        if document.entity == entity and document.note
        for code in document.note.codes
    }
    general = {"document_malformed", "id_malformed", "status_unmapped", "status_malformed"}
    assert general | {"created_at_malformed", "updated_at_malformed"} <= codes
    outcomes = {document.outcome for document in NOTED if document.entity == entity}
    assert {"migrated", "merged", "rejected", "soft_deleted", "other_environment"} <= outcomes


def test_each_reject_code_is_in_the_closed_list() -> None:
    with (ROOT / "seeds/reject_codes.csv").open(encoding="utf-8", newline="") as file:
        known = {row["code"] for row in csv.DictReader(file)}
    planted = {code for document in NOTED if document.note for code in document.note.codes}
    assert planted - known == set()


def test_clean_records_refer_to_records_that_migrate() -> None:
    migrating: dict[str, set[str]] = {entity: set() for entity in ENTITIES}
    for document in SMALL:
        if document.entity and document.outcome == "migrated" and isinstance(document.value, dict):
            migrating[document.entity].add(str(document.value.get("id")))
    fields = {
        "clients": ("clientId", "client_id", "ownerId"),
        "sites": ("siteId", "site_id"),
        "catalogs": ("catalogId", "catalog_id"),
        "products": ("giftId", "product_id"),
    }
    for document in SMALL:
        if document.note or not document.entity:
            continue
        for entity, names in fields.items():
            for name in names:
                if name in document.value:
                    assert document.value[name] in migrating[entity], document.key


def test_no_key_or_value_holds_what_jsonb_refuses() -> None:
    for document in sample(3000, 11):
        text = document.key + text_of(document)
        assert document.key
        assert "\0" not in text
        assert "\\u0000" not in text
        text.encode("utf-8")


def test_every_secret_bears_the_mark_and_stands_only_where_it_is_withheld() -> None:
    name = re.compile(
        r'"(?:token|secret|password|tempPassword|apiKey|clientSecret|ftpPassword)": "'
    )
    for document in SMALL:
        text = text_of(document)
        assert len(name.findall(text)) <= text.count(SECRET_MARK)
        if SECRET_MARK in text:
            assert (
                document.outcome == "withheld"
                or "source" in document.value
                or "withheld" in rules_of(document)
            ), document.key


def test_every_domain_is_invented() -> None:
    for document in SMALL:
        if document.note and document.note.codes:
            continue
        for domain in re.findall(r"(?:https?://|\w@)([\w.-]+)", text_of(document)):
            assert domain.lower().endswith(".example"), document.key


def test_the_expectations_add_up_and_match_the_keys(tmp_path: Path) -> None:
    path = tmp_path / "kv.sample.jsonl.gz"
    assert write_sample(path, 2000, 5) == tmp_path / "kv.sample.expected.json"
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "kv.sample.expected.json",
        "kv.sample.jsonl.gz",
    ]
    expected = json.loads((tmp_path / "kv.sample.expected.json").read_text(encoding="utf-8"))
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        keys = {json.loads(line)["key"] for line in lines}

    assert (expected["documents"], expected["seed"], len(keys)) == (2000, 5, 2000)
    assert sum(expected["classes"].values()) == 2000
    for outcome in ("migrated", "merged", "rejected", "soft_deleted"):
        by_entity = (counts[outcome] for counts in expected["entities"].values())
        assert sum(by_entity) == expected["classes"][outcome]
    planted = Counter(defect["class"] for defect in expected["defects"])
    for outcome in ("merged", "rejected", "soft_deleted", "other_environment"):
        assert planted[outcome] == expected["classes"][outcome]
    assert {defect["key"] for defect in expected["defects"]} <= keys
    assert set(expected["defects"][0]) == {
        *("key", "flaw_or_rule", "class", "codes", "root_key", "winner_key", "row"),
        *("changes", "leftovers", "findings"),
    }
    assert sum(expected["element_classes"].values()) == len(expected["elements"])


def test_a_sample_loads_with_all_its_digits(database: Target, tmp_path: Path) -> None:
    path = tmp_path / "sample.jsonl.gz"
    write_sample(path, MINIMUM, 7)
    assert load_file(database, path).rows == MINIMUM
    huge = next(
        document.key
        for document in NOTED
        if document.note and "401 digits" in document.note.flaw_or_rule
    )
    with connect(database, read_only=True) as connection:
        query = sql.SQL("select value ->> 'price' from {} where key = %s")
        found = connection.execute(query.format(sql.Identifier(database.kv_table)), (huge,))
        assert found.fetchone() == (str(10**400),)


def test_every_rule_of_a_change_that_no_other_record_decides_is_planted() -> None:
    assert {
        *("decoded", "withheld", "trimmed", "emptied", "as_text", "as_number", "as_boolean"),
        *("as_list", "rounded", "mapped", "default", "column_default", "zone_assumed"),
        *("date_alone", "epoch", "from_key", "from_id", "from_name"),
    } <= {rule for document in SMALL for rule in rules_of(document)}


def test_every_rule_of_a_change_that_a_list_or_an_email_decides_is_planted() -> None:
    planted = {rule for document in SMALL for rule in rules_of(document)}
    assert {"from_catalog_config", "from_catalog_gifts", "from_email", "dropped"} <= planted


@pytest.mark.parametrize("finding", ["listed_but_absent", "member_malformed", "lookup_disagrees"])
def test_every_finding_about_a_list_is_planted(finding: str) -> None:
    findings = [
        found for document in NOTED if document.note for found in document.note.findings or ()
    ]
    assert finding in {name for _, name in findings}


def test_the_list_of_gifts_holds_what_its_elements_say() -> None:
    whole = BY_KEY["gifts:all"]
    for ordinal, element in enumerate(whole.elements, 1):
        assert element.key == f"gifts:all:{ordinal}"
        assert element.value == whole.value[ordinal - 1]
    outcomes = {element.outcome for element in whole.elements}
    assert outcomes == {"migrated", "merged", "rejected", "soft_deleted"}
