"""The census tells the shapes of any key-value table, and nothing of what stands in it."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from helpers import load_documents, load_northwind, needs_northwind
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_servers import SYSTEM_15, other_server

from scripts import console
from scripts.census import Census, take_census
from scripts.census.page import check_path, render, write_page
from scripts.census.report import Family, Field
from scripts.census.terminal import print_census
from scripts.census.words import known_families, name_of
from scripts.connection import connect
from scripts.errors import KvError, UsageError
from scripts.settings import ROOT, Target

# Texts the loader takes, made of the signs keys, dates, numbers and JSON are made of.
TEXTS = st.text(
    st.sampled_from('aeZ09:/_-.@ <>{}[]"\\,+$%é\t')
    | st.characters(codec="utf-8", exclude_characters="\0"),
    max_size=30,
)
UUID = "3f1c0a52-7d7e-4c5e-9b1a-0a4f6d2e8c{:02x}"
Take = Callable[..., Census]


@pytest.fixture
def take(database: Target, tmp_path: Path) -> Take:
    """Load documents and take their census."""

    def taken(documents: dict[str, Any]) -> Census:
        load_documents(database, tmp_path, documents)
        return take_census(database)

    return taken


def shapes(census: Census) -> dict[str, int]:
    return {family.shape: family.keys for family in census.families}


def only(census: Census) -> Family:
    (family,) = census.families
    return family


def field(family: Family, name: str) -> Field:
    (found,) = [each for each in family.fields if each.name == name]
    return found


def printed(census: Census) -> str:
    with console.out.capture() as capture:
        print_census(census, verbose=True)
    return capture.get()


def told(census: Census) -> dict[str, str]:
    """Give everything the census says, by the way it says it."""
    console.out.quiet = False
    return {"json": json.dumps(census.as_dict()), "page": render(census), "table": printed(census)}


def letters(number: int) -> str:
    return "".join("aeioubcdfg"[int(digit)] for digit in f"{number:04}")


@pytest.mark.parametrize(
    ("key", "shape"),
    [
        ("user:42:cart", "user:<n>:cart"),
        ("client:production:client-001", "client:production:<id>"),
        ("client:production:client-1770900000123-a1b2c3d", "client:production:<id>"),
        (f"order:{UUID.format(1)}", "order:<uuid>"),
        (f"role:rule-{UUID.format(1)}:all", "role:<id>:all"),
        ("audit:test:1770900000123", "audit:test:<ms>"),
        ("log:1770900000", "log:<s>"),
        ("log:2026-02-01", "log:<date>"),
        ("log:2026-02-01T10:00:00Z:all", "log:<instant>:all"),
        ("user:email:someone@orchid.example", "user:email:<email>"),
        ("crm_contact_email_someone_else@orchid.example", "crm_contact_email_<email>"),
        ("someone_else@orchid.example", "<email>"),
        ("ratelimit:/auth/login:ip:192.0.2.17", "ratelimit:<path>:ip:<ip>"),
        ("ratelimit:login:ip:2001:db8::17", "ratelimit:login:ip:<ip>"),
        ("cache:https://orchid.example/a?b=c:d", "cache:<url>"),
        ("otp/+44 7700 900123", "otp/<n>"),
        ("otp/447700900123/code", "otp/<n>/code"),
        ("hris_connection_hris_conn_1770900000123_ab12cd3", "hris_connection_hris_conn_<ms>_<id>"),
        ("order_counter", "order_counter"),
        ("pending-tickets", "pending-tickets"),
        ("gifts:all", "gifts:all"),
        ("session:eyJhbGciOiJIUzI1NiJ9", "session:<id>"),
        ("session:hjkqwrtzpls", "session:<id>"),
        ("user:Quentin", "user:<word>"),
        ("user:Quentin Sample", "user:<text>"),
        ("user:Żaneta", "user:<text>"),
        ("row:" + "10001:" * 8 + "10001", "row:" + "<n>:" * 7 + "<rest>"),
        ("user::quentin", "user::<word>"),
    ],
)
def test_a_key_becomes_a_shape(take: Take, key: str, shape: str) -> None:
    assert shapes(take({key: {}})) == {shape: 1}


def test_words_that_lead_enough_keys_are_grammar_and_others_may_be_names(take: Take) -> None:
    documents = {f"note:{word}:{n}": 1 for word in ("blue", "green") for n in range(5)}
    documents |= {f"note:quentin:{n}": 1 for n in range(4)}
    assert shapes(take(documents)) == {
        "note:blue:<n>": 5,
        "note:green:<n>": 5,
        "note:<word>:<n>": 4,
    }


def test_a_position_with_too_many_words_is_collapsed(take: Take) -> None:
    documents = {f"grade:{letters(n)}:{term}": 1 for n in range(51) for term in range(5)}
    assert shapes(take(documents)) == {"grade:<word>:<n>": 255}


def test_a_store_whose_keys_are_words_shows_none_of_them(take: Take) -> None:
    documents = {f"contact_{letters(n)}": 1 for n in range(60)}
    documents |= {letters(n): 2 for n in range(100, 160)}
    assert shapes(take(documents)) == {"contact_<word>": 60, "<word>": 60}


def test_families_are_named_by_the_seed_where_it_knows_them() -> None:
    known = known_families()
    assert name_of("client:production:<id>", known) == "client"
    assert name_of("gifts:all", known) == "gift list"
    assert name_of("hris_sync_hris_sync_<ms>_<id>", known) == "HRIS sync"
    assert name_of("otp/<n>", known) is None
    assert known_families(ROOT / "no such file") == []


def test_value_types_empties_and_double_encoding_are_counted(take: Take) -> None:
    values: list[Any] = [
        {"a": 1},
        {},
        [],
        "",
        "a text",
        3,
        True,
        None,
        '{"a": [1, {"b": "c \\" d"}]}',
        '["x"]',
        json.dumps('{"a": 1}'),
        "{not json}",
        "[draft] see below",
        '"quoted"',
        "{" * 5000,
    ]
    family = only(take({f"thing:{n}": value for n, value in enumerate(values)}))
    assert family.types == {
        "object": 2,
        "array": 1,
        "string": 9,
        "number": 1,
        "boolean": 1,
        "null": 1,
    }
    assert family.empty == {"{}": 1, "[]": 1, '""': 1}
    assert family.double_encoded == 3


def test_sizes_are_those_of_the_json_text(take: Take) -> None:
    # `{"a": "…"}` is nine bytes and the text; é is two.
    texts = ["", "é", "x" * 10, "x" * 100, "x" * 1000]
    family = only(take({f"thing:{n}": {"a": text} for n, text in enumerate(texts)}))
    sizes = family.bytes
    assert (sizes.min, sizes.median, sizes.max, sizes.total) == (9, 19, 1009, 45 + 1112)
    assert sizes.p95 == 1009


def test_fields_have_presence_types_nulls_and_empty_texts(take: Take) -> None:
    family = only(
        take(
            {
                "thing:1": {"a": "x", "b": None},
                "thing:2": {"a": 1, "b": None},
                "thing:3": {"a": "", "b": "y"},
                "thing:4": {"a": " "},
                "thing:5": [],
            }
        )
    )
    first, second = field(family, "a"), field(family, "b")
    assert (first.present, first.share, first.empties) == (4, 1.0, 0.5)
    assert first.types == {"string": 3, "number": 1}
    assert (second.present, second.share) == (3, 0.75)
    assert second.nulls == pytest.approx(2 / 3)


def test_names_spelled_alike_are_grouped(take: Take) -> None:
    family = only(
        take({"t:1": {"client_id": 1, "ClientID": 1, "name": 1}, "t:2": {"clientId": 1, "nam": 1}})
    )
    assert family.spelled_alike == [["ClientID", "clientId", "client_id"]]


SPELLED = [
    ("2026-02-01T10:00:00Z", "instant_with_zone"),
    ("2026-02-01 10:00:00.123+01:00", "instant_with_zone"),
    ("2026-02-01T10:00", "instant_without_zone"),
    ("2026-02-01", "date"),
    ("March 3, 2026", "long_date"),
    ("Tue, 3 Mar 2026 10:00:00 GMT", "long_date"),
    ("3/14/2026", "short_date_month_first"),
    ("14/3/26, 7:04:05 pm", "short_date_day_first"),
    ("1/8/2025", "short_date_unclear"),
    ("1770900000", "epoch_s_text"),
    ("1770900000123", "epoch_ms_text"),
    (1770900000, "epoch_s"),
    (1770900000123, "epoch_ms"),
    (12, "integer"),
    (1e300, "integer"),
    (19.99, "fraction"),
    ("19.99", "number_text"),
    ("-1e5", "number_text"),
    ("1.200,50", "grouped_number_text"),
    ("1,200", "grouped_number_text"),
    ("$1,200.00", "currency_text"),
    ("Rs. 1,200", "currency_text"),
    ("120 RON", "currency_text"),
    ("EMP-120", "text"),
    ("true", "boolean_text"),
    ("Yes", "boolean_text"),
    ("nobody", "text"),
    (UUID.format(1), "uuid"),
    ("A" * 8 + UUID.format(1)[8:], "uuid"),
    ("someone@orchid.example", "email"),
    ("someone@orchid", "text"),
    ("https://orchid.example/x", "url"),
    ("https://orchid.example/" + "x" * 300, "url"),
    ('{"a": 1}', "json_text"),
    ("", "empty_text"),
    (" \t\n", "blank_text"),
    ("x" * 300, "text"),
    ("12 apples", "text"),
    ([], "empty"),
]


@pytest.mark.parametrize("number", range(len(SPELLED)), ids=[name for _, name in SPELLED])
def test_a_value_has_a_spelling(spelled: Census, number: int) -> None:
    value, spelling = SPELLED[number]
    (family,) = [each for each in spelled.families if each.shape == f"{letters(number)}:<n>"]
    assert field(family, "v").spellings == {spelling: 1}, value


@pytest.fixture(scope="module")
def spelled(server: Target, tmp_path_factory: pytest.TempPathFactory) -> Census:
    """Take one census of all the spellings, each in a family of its own."""
    with connect(server, autocommit=True) as connection:
        connection.execute("create database kv_spelled template template0")
        try:
            place = Target("embedded", server.host, server.port, server.user, "kv_spelled")
            documents = {f"{letters(n)}:{n}": {"v": value} for n, (value, _) in enumerate(SPELLED)}
            load_documents(place, tmp_path_factory.mktemp("spelled"), documents)
            return take_census(place)
        finally:
            connection.execute("drop database kv_spelled with (force)")


def test_lists_say_what_they_hold_and_their_objects_what_fields_they_have(take: Take) -> None:
    census = take(
        {
            "gifts:all": [{"id": "g-1", "price": "9"}, {"id": "g-2"}],
            "names:all": ["a", "b"],
            "counts:all": [1, 2],
            "lists:all": [],
            "items:all": ["a", {"id": 1}],
        }
    )
    assert census.lists == {
        "texts": 1,
        "objects": 1,
        "other values": 1,
        "nothing": 1,
        "mixed values": 1,
    }
    gifts = next(family for family in census.families if family.shape == "gifts:all")
    assert gifts.elements == {"object": 2}
    assert field(gifts, "[].id").share == 1.0
    assert field(gifts, "[].price").spellings == {"number_text": 1}
    assert field(gifts, "[].price").share == 0.5


def test_the_facts_of_the_whole_table(take: Take) -> None:
    keys = [
        "a:1",
        "a/2",
        "a_3",
        "b-4",
        "word",
        "two words",
        "naïve",
        "tab\tkey",
        "what?",
        "a:" * 40,
    ]
    census = take({key: {} for key in keys})
    assert census.keys == len(keys)
    assert census.separators == {":": 2, "/": 1, "_": 1, "-": 1, "none": 5}
    assert census.longest_key == 80
    assert census.unusual_keys == {
        "space": 1,
        "control character": 1,
        "not ASCII": 1,
        "other sign": 1,
    }
    assert census.types == {"object": 10}
    assert census.document_bytes == 20
    assert census.table_bytes > 0
    assert sum(family.keys for family in census.families) == census.keys


def test_a_store_nobody_has_a_model_for(take: Take) -> None:
    documents: dict[str, Any] = {f"user:{n}:cart": {"lines": []} for n in range(9)}
    documents |= {f"otp/44770090012{n}": "123456" for n in range(4)}
    documents |= {"members": [{"name": "x"}], "tournament_finals_9": {"won": True}}
    census = take(documents)
    assert shapes(census) == {
        "user:<n>:cart": 9,
        "otp/<n>": 4,
        "members": 1,
        "<word>_<word>_<n>": 1,
    }
    assert field(census.families[0], "lines").spellings == {"empty": 9}


CANARIES = (
    "quentin.canary",
    "orchid-canary",
    "c4n4ry",
    "canarytoken",
    "Quentin Canary",
    "192.0.2.77",
    "db8::77",
    "7700900777",
    "9f8e7d6c",
    "canary-route",
)


def canary_store() -> dict[str, Any]:
    mail = "quentin.canary@orchid-canary.example"
    return {
        f"user:email:{mail}": {mail: 1, "id": mail},
        f"contact_{mail}": mail,
        mail: {"by": {mail: "x"}},
        "session:c4n4ryc4n4ry": {"token": "canarytoken"},
        "session:canarytoken": {"c4n4ryc4n4ry": True, "Quentin Canary": 1},
        "user:Quentin Canary": {"192.0.2.77": 1, "2001:db8::77": 2, "+447700900777": 3},
        "ratelimit:/canary-route:ip:192.0.2.77": '{"count": "canarytoken"}',
        "ratelimit:/canary-route:ip:2001:db8::77": ["canarytoken"],
        "otp/+447700900777": "c4n4ry",
        "key_9f8e7d6c-7d7e-4c5e-9b1a-0a4f6d2e8c01_canarytoken": {"9f8e7d6c-x": ["c4n4ry"]},
        "cache:https://quentin.canary:c4n4ry@orchid-canary.example/?t=canarytoken": None,
        "canarytoken:<script>canarytoken</script>": [{mail: 1, "c4n4ryc4n4ry": 2}],
        **{f"likes:{n}": {f"Quentin Canary {letters(n)}": 1} for n in range(30)},
        **{f"votes:{n}": {f"canarytoken{letters(n)}": 1, "id": n} for n in range(60)},
        "scores": {f"canarytoken{letters(n)}": n for n in range(80)},
    }


def test_no_secret_and_no_person_is_told(take: Take) -> None:
    store = canary_store()
    # A word that heads keys is shown, for families have names; nobody keeps a token there.
    store["head:<script>canarytoken</script>"] = store.pop(
        "canarytoken:<script>canarytoken</script>"
    )
    census = take(store)
    for way, text in told(census).items():
        assert "&lt;email&gt;" in text if way == "page" else "<email>" in text, way
        for canary in CANARIES:
            assert canary not in text, (way, canary)
    votes = next(family for family in census.families if family.shape == "votes:<n>")
    assert {each.name: each.names for each in votes.fields} == {"id": 1, "<name>": 60}


def test_ordinary_names_of_fields_are_shown(take: Take) -> None:
    names = ["id", "clientAddressLine1", "line_2", "_rev", "$schema", "first-name", "oauth2Token"]
    documents = {f"t:{n}": {**dict.fromkeys(names, 1), "Full Name": 1} for n in range(5)}
    assert sorted(each.name for each in only(take(documents)).fields) == sorted(
        [*names, "Full Name"]
    )


def test_rare_fields_of_a_wide_schema_are_shown(take: Take) -> None:
    documents = {f"t:{n}": {f"field{letters(i)}": 1 for i in range(30)} for n in range(20)}
    documents["t:0"] |= {"legacyCode": 1, "notes": 1}
    names = {each.name for each in only(take(documents)).fields}
    assert {"legacyCode", "notes"} <= names
    assert len(names) == 32


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=8,
)


@settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    documents=st.dictionaries(TEXTS.filter(bool), ANYTHING, min_size=30, max_size=120),
)
def test_any_json_under_any_key_is_counted_once(take: Take, documents: dict[str, Any]) -> None:
    census = take(documents)
    assert census.keys == sum(shapes(census).values()) == len(documents)
    fields = sum(len(value) for value in documents.values() if isinstance(value, dict))
    assert fields == sum(
        each.present
        for family in census.families
        for each in family.fields
        if not each.name.startswith("[].")
    )
    assert json.dumps(census.as_dict())
    assert render(census)


def test_an_empty_table_has_a_census(take: Take) -> None:
    census = take({})
    assert (census.keys, census.families, census.types) == (0, [], {})
    for text in told(census).values():
        assert "The table is empty." in text or '"keys": 0' in text


def test_a_missing_table_is_one_sentence(database: Target) -> None:
    with pytest.raises(KvError, match=r"^There is no table public\.kv_store_6fcaeea3 in target"):
        take_census(database)


@pytest.mark.parametrize(
    ("columns", "found"),
    [
        ("key text, value json", "key text, value json"),
        ("key text, value text", "key text, value text"),
        ("key uuid, value jsonb", "key uuid, value jsonb"),
        ("id text, value jsonb", "key missing, value jsonb"),
    ],
)
def test_a_table_of_other_columns_is_refused_in_one_sentence(
    database: Target, columns: str, found: str
) -> None:
    with connect(database) as connection:
        connection.execute(f"create table kv_store_6fcaeea3 ({columns})".encode())
    with pytest.raises(KvError, match=f"and has {found}"):
        take_census(database)


def test_a_table_without_a_key_and_with_nulls_is_read(database: Target) -> None:
    with connect(database) as connection:
        connection.execute("create table kv_store_6fcaeea3 (key varchar, value jsonb, note text)")
        connection.execute(
            "insert into kv_store_6fcaeea3 values (null, null), ('', '[]'), ('a:1', null), ('a:1', '{}')"
        )
    census = take_census(database)
    assert shapes(census) == {"<empty>": 2, "a:<n>": 2}
    assert census.types == {"object": 1, "array": 1, "sql null": 2}


def test_a_user_without_rights_is_told_so(database: Target) -> None:
    with connect(database) as connection:
        connection.execute("create table kv_store_6fcaeea3 (key text, value jsonb)")
        connection.execute("create role census_stranger login")
    try:
        stranger = Target(
            "embedded", database.host, database.port, "census_stranger", database.dbname
        )
        with pytest.raises(KvError, match="the user has no right to read it"):
            take_census(stranger)
    finally:
        with connect(database) as connection:
            connection.execute("drop role census_stranger")


def test_nothing_is_written_and_one_snapshot_is_read(
    database: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_documents(database, tmp_path, {"a:1": {}})
    seen = []

    def watched(target: Target, **options: Any) -> psycopg.Connection:
        connection = connect(target, **options)
        seen.append(connection)
        return connection

    monkeypatch.setattr("scripts.census.connect", watched)
    take_census(database)
    (connection,) = seen
    assert connection.read_only is True
    assert connection.isolation_level == psycopg.IsolationLevel.REPEATABLE_READ


def test_the_page_stands_alone_and_is_its_owners(take: Take, tmp_path: Path) -> None:
    census = take({"a:1": {"b": "<script>alert(1)</script>", "d&d": 1}})
    path = tmp_path / "census.html"
    path.write_text("old", encoding="utf-8")
    path.chmod(0o644)
    write_page(census, check_path(path))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    page = path.read_text(encoding="utf-8")
    assert "<script" not in page
    assert "http:" not in page
    assert "https:" not in page
    assert "src=" not in page
    assert "prefers-color-scheme: dark" in page
    assert "<code>a:&lt;n&gt;</code>" in page


def test_a_page_nobody_can_write_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nowhere" / "census.html"):
        with pytest.raises(UsageError, match="The page cannot be written to"):
            check_path(path)


def test_names_of_the_store_are_escaped_in_the_page() -> None:
    family = Family("<b>", keys=1, types={"object": 1}, fields=[Field('"><i>', present=1)])
    census = Census("t", "18", 1, 2, 3, 4, {}, {}, {"object": 1}, 0, {}, [family])
    page = render(census)
    assert "<b>" not in page
    assert "<i>" not in page


def test_the_task_prints_json_and_nothing_else(database: Target, tmp_path: Path) -> None:
    load_documents(database, tmp_path, {"a:1": {"b": 1}})
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KV_")}
    variables = {
        "KV_DEV_HOST": database.host,
        "KV_DEV_PORT": str(database.port),
        "KV_DEV_USER": database.user,
        "KV_DEV_DBNAME": database.dbname,
    }
    page = tmp_path / "page.html"

    def census(*options: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(Path(sys.executable).with_name("invoke")), "census", "--target=dev", *options],
            cwd=ROOT,
            env={**kept, **variables},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    ended = census("--json", f"--page={page}")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert json.loads(ended.stdout)["families"][0]["shape"] == "a:<n>"
    assert page.is_file()
    ended = census()
    assert ended.returncode == 0
    assert "Key families" in ended.stdout
    ended = census("--page=/nowhere/at/all.html")
    assert (ended.returncode, len(ended.stderr.splitlines())) == (2, 1)


@needs_northwind
@pytest.mark.parametrize("spelling", ["snake_product", "camel_gift", "mixed_peer"])
def test_northwind_is_counted(database: Target, spelling: str) -> None:
    load_northwind(database, spelling)
    census = take_census(database)
    with connect(database) as connection:
        counted = connection.execute(
            "select count(*), sum(octet_length(value::text)),"
            " count(*) filter (where jsonb_typeof(value) = 'object') from kv_store_6fcaeea3"
        ).fetchone()
        fields = connection.execute(
            "select count(*) from kv_store_6fcaeea3, jsonb_object_keys(value)"
            " where jsonb_typeof(value) = 'object'"
        ).fetchone()
    assert (census.keys, census.document_bytes, census.types["object"]) == counted
    assert sum(family.keys for family in census.families) == census.keys
    in_fields = sum(
        each.present
        for family in census.families
        for each in family.fields
        if not each.name.startswith("[].")
    )
    assert (in_fields,) == fields


EVERYTHING = {
    **canary_store(),
    **{f"spelled:{n}": {"v": value} for n, (value, _) in enumerate(SPELLED)},
    **{f"İSTANBUL:I{n}": {"ISIM": "I", "isim": "İ"} for n in range(6)},
}


def told_on(target: Target, tmp_path: Path) -> dict[str, Any]:
    load_documents(target, tmp_path, EVERYTHING)
    found = take_census(target).as_dict()
    return {name: found[name] for name in found if name not in ("server", "table_bytes")}


def test_postgresql_16_tells_the_same(
    database: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = told_on(database, tmp_path)
    with other_server(tmp_path / "16", monkeypatch, KV_EMBEDDED_VERSION="16") as target:
        assert told_on(target, tmp_path) == here


@pytest.mark.skipif(not SYSTEM_15.is_dir(), reason="PostgreSQL 15 is not installed here")
def test_postgresql_15_with_a_language_collation_tells_the_same(
    database: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = told_on(database, tmp_path)
    with other_server(tmp_path / "15", monkeypatch, KV_EMBEDDED_BIN=str(SYSTEM_15)) as target:
        with connect(target, autocommit=True) as connection:
            connection.execute(
                "create database turkish template template0 locale_provider icu"
                " icu_locale 'tr-TR' locale 'C.utf8' encoding 'UTF8'"
            )
        place = Target("embedded", target.host, target.port, target.user, "turkish")
        assert told_on(place, tmp_path) == here
