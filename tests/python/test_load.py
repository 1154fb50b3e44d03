"""Loading a file: all rows as PostgreSQL reads them, or none and the number of the bad line."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from psycopg import sql

from scripts.connection import connect
from scripts.errors import Exit, KvError, UsageError
from scripts.load import load_file
from scripts.settings import ROOT, Target

NORTHWIND = Path(os.environ.get("KV_NORTHWIND") or ROOT.parent / "shared/data/northwind")
VALUES = [
    "440.00",
    "1e2",
    "1E-3",
    "-0.0",
    "9007199254740993",
    "1e400",
    "0.1000000000000000055511151231257827",
    '{"a": 1, "b": {"c": [1.50, null]}, "a": 2.0}',
    '"tab \\t, newline \\n, backslash \\\\, quote \\", \\u00e9 \\ud83d\\ude00"',
    '"raw é 😀"',
    '"\\\\N"',
    "null",
    "true",
    "[ 1 ,\t2 ]",
    "[" * 2000 + "]" * 2000,
]
GOOD = '{"key": "good", "value": 1}'
BAD_LINES = {
    "not JSON": "key,value",
    "cut off": '{"key": "a", "value": {"secret": 1',
    "a list": '["key", "value"]',
    "a number": "17",
    "an empty object": "{}",
    "a list too deep": "[" * 5000 + "]" * 5000,
    "a value without an end": '{"key": "a", "value": ',
    "a brace too many": '{"key": "a", "value": 1}}',
    "no value": '{"key": "a"}',
    "no key": '{"value": 1}',
    "a third field": '{"key": "a", "value": 1, "secret": 2}',
    "key twice": '{"key": "a", "key": "b", "value": 1}',
    "value twice": '{"key": "a", "value": 1, "value": 2}',
    "key a number": '{"key": 7, "value": 1}',
    "key null": '{"key": null, "value": 1}',
    "key empty": '{"key": "", "value": 1}',
    "key with U+0000": '{"key": "a\\u0000secret", "value": 1}',
    "key with half a pair": '{"key": "a\\ud800", "value": 1}',
    "key too long for an index": json.dumps({"key": os.urandom(6000).hex(), "value": 1}),
    "value with U+0000": '{"key": "a", "value": "secret\\u0000"}',
    "value with half a pair": '{"key": "a", "value": "secret\\udead"}',
    "value with a bare control sign": '{"key": "a", "value": "secret\x01"}',
    "bare U+0000": '{"key": "a", "value": "secret\x00"}',
    "number too large": '{"key": "a", "value": 1e400000}',
    "too deep": '{"key": "a", "value": ' + "[" * 500_000 + "]" * 500_000 + "}",
    "too deep and not JSON": '{"key": "a", "value": ' + "[" * 5000 + "secret}",
    "NaN": '{"key": "a", "value": NaN}',
    "Infinity": '{"key": "a", "value": [-Infinity]}',
    "leading zero": '{"key": "a", "value": 007}',
    "comma at the end": '{"key": "a", "value": 1,}',
    "no comma": '{"key": "a" "value": 1}',
    "two documents": '{"key": "a", "value": 1} {"key": "b", "value": 2}',
    "a key again": GOOD,
    "not UTF-8": b'{"key": "a", "value": "secret \xff"}',
    "a byte order mark": b'\xef\xbb\xbf{"key": "a", "value": 1}',
}


def write(path: Path, lines: Iterable[str | bytes], *, zipped: bool = False) -> Path:
    data = b"\n".join(line if isinstance(line, bytes) else line.encode() for line in lines)
    path.write_bytes(gzip.compress(data) if zipped else data)
    return path


def rows(target: Target) -> list[tuple[str, str]]:
    with connect(target, read_only=True) as connection:
        table = sql.Identifier(target.kv_schema, target.kv_table)
        query = sql.SQL('select key, value::text from {} order by key collate "C"')
        return connection.execute(query.format(table)).fetchall()


def table_exists(target: Target) -> bool:
    with connect(target, read_only=True) as connection:
        name = f"{target.kv_schema}.{target.kv_table}"
        return connection.execute("select to_regclass(%s)", (name,)).fetchone() != (None,)


@pytest.mark.parametrize("zipped", [False, True], ids=["plain", "gzip"])
def test_values_are_what_postgresql_makes_of_their_text(
    database: Target, tmp_path: Path, zipped: bool
) -> None:
    lines = [f'{{"key": "k{n:02}", "value": {text}}}' for n, text in enumerate(VALUES)]
    path = write(tmp_path / "file", lines, zipped=zipped)

    result = load_file(database, path)

    assert result.rows == len(VALUES)
    assert result.bytes == sum(len(line.encode()) for line in lines) + len(lines) - 1
    assert result.seconds > 0
    with connect(database) as connection:
        query = (
            "select text::jsonb::text from unnest(%s::text[]) with ordinality as given (text, n)"
        )
        expected = [text for (text,) in connection.execute(query + " order by n", (VALUES,))]
    assert [value for _, value in rows(database)] == expected


def test_blank_lines_spaces_and_the_order_of_fields_do_not_matter(
    database: Target, tmp_path: Path
) -> None:
    lines = [
        "",
        '\t{ "value" :\t{"x": "}"} , "key"\t: "a" } \r',
        "   ",
        '{"\\u006bey":"b","value":"\\" , \\"key\\": \\"c\\"}"}',
        '{"key":"tab\\tnew\\nback\\\\slash","value":[]}',
        "\r",
        "",
    ]
    assert load_file(database, write(tmp_path / "file", lines)).rows == 3
    assert rows(database) == [
        ("a", '{"x": "}"}'),
        ("b", '"\\" , \\"key\\": \\"c\\"}"'),
        ("tab\tnew\nback\\slash", "[]"),
    ]


def test_an_empty_file_makes_an_empty_table(database: Target, tmp_path: Path) -> None:
    assert load_file(database, write(tmp_path / "file", [])).rows == 0
    assert rows(database) == []


@pytest.mark.parametrize("line", BAD_LINES.values(), ids=BAD_LINES.keys())
def test_a_bad_line_is_named_by_number_alone_and_nothing_is_loaded(
    database: Target, tmp_path: Path, line: str | bytes
) -> None:
    path = write(tmp_path / "file.jsonl", ["", GOOD, " ", line, '{"key": "after", "value": 1}'])

    with pytest.raises(KvError) as caught:
        load_file(database, path)

    assert caught.value.code == Exit.FAILED
    assert caught.value.message.startswith("Line 4 of file.jsonl ")
    assert "SQLSTATE" not in caught.value.message
    assert "secret" not in str(caught.value)
    assert caught.value.__suppress_context__
    assert not table_exists(database)


def test_a_bad_line_far_down_is_named(database: Target, tmp_path: Path) -> None:
    lines = ["\n" + f'{{"key": "k{n}", "value": {n}}}' for n in range(30_000)]
    lines[20_000] = '\n{"key": "k7", "value": 1}'
    with pytest.raises(KvError, match=r"Line 40002 .* repeats a key"):
        load_file(database, write(tmp_path / "file", lines, zipped=True))


def test_a_table_with_rows_is_refused_and_left_alone(database: Target, tmp_path: Path) -> None:
    load_file(database, write(tmp_path / "first", [GOOD]))
    with pytest.raises(UsageError, match="not empty"):
        load_file(database, write(tmp_path / "second", ['{"key": "b", "value": 2}']))
    assert rows(database) == [("good", "1")]


def test_replace_takes_the_place_of_all_rows(database: Target, tmp_path: Path) -> None:
    load_file(database, write(tmp_path / "first", [GOOD, '{"key": "old", "value": 0}']))
    second = write(tmp_path / "second", ['{"key": "good", "value": 2}'])
    assert load_file(database, second, replace=True).rows == 1
    assert rows(database) == [("good", "2")]


def test_replace_keeps_the_table_and_what_belongs_to_it(database: Target, tmp_path: Path) -> None:
    load_file(database, write(tmp_path / "file", [GOOD]))
    identity = "select %s::regclass::oid"
    with connect(database) as connection:
        before = connection.execute(identity, (database.kv_table,)).fetchone()
    load_file(database, tmp_path / "file", replace=True)
    with connect(database) as connection:
        assert connection.execute(identity, (database.kv_table,)).fetchone() == before


def test_a_failed_replace_leaves_the_old_rows(database: Target, tmp_path: Path) -> None:
    load_file(database, write(tmp_path / "first", [GOOD]))
    with pytest.raises(KvError, match="Line 2 "):
        load_file(database, write(tmp_path / "second", [GOOD, "{"]), replace=True)
    assert rows(database) == [("good", "1")]


def test_a_protected_target_is_refused_before_any_connection(tmp_path: Path) -> None:
    nowhere = Target("prod", "host.invalid", 1, "nobody", "nothing")
    with pytest.raises(UsageError, match="protected"):
        load_file(nowhere, write(tmp_path / "file", [GOOD]), replace=True)


def test_a_missing_file_is_wrong_usage(database: Target, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="There is no file"):
        load_file(database, tmp_path / "nothing.jsonl")


@pytest.mark.parametrize("fault", ["cut off", "damaged", "only a head"])
def test_a_broken_gzip_is_reported_and_nothing_is_loaded(
    database: Target, tmp_path: Path, fault: str
) -> None:
    lines = [f'{{"key": "{os.urandom(8).hex()}", "value": {n}}}' for n in range(5000)]
    path = write(tmp_path / "file.gz", lines, zipped=True)
    data = bytearray(path.read_bytes())
    if fault == "damaged":
        data[-6] ^= 0xFF  # in the checksum
    path.write_bytes({"cut off": data[:-2000], "damaged": data, "only a head": data[:2]}[fault])

    with pytest.raises(KvError, match=r"gzip is (cut off|damaged)") as caught:
        load_file(database, path)

    assert caught.value.code == Exit.FAILED
    assert not table_exists(database)


def test_other_names_and_extra_columns_are_respected(database: Target, tmp_path: Path) -> None:
    target = replace(database, kv_schema="Odd Schema", kv_table='kv "7"')
    with connect(target) as connection:
        connection.execute('create schema "Odd Schema"')
        connection.execute(
            'create table "Odd Schema"."kv ""7""" (value jsonb not null,'
            " created_at timestamptz not null default now(), key text primary key)"
        )
    load_file(target, write(tmp_path / "file", [GOOD]))
    assert rows(target) == [("good", "1")]
    bad = write(tmp_path / "bad", ["", GOOD, GOOD])
    with pytest.raises(KvError, match="Line 3 "):
        load_file(target, bad, replace=True)


def test_a_schema_that_is_missing_is_said_without_a_traceback(
    database: Target, tmp_path: Path
) -> None:
    target = replace(database, kv_schema="nowhere")
    with pytest.raises(KvError, match="nowhere"):
        load_file(target, write(tmp_path / "file", [GOOD]))


def test_statistics_are_fresh_after_loading(database: Target, tmp_path: Path) -> None:
    lines = [f'{{"key": "k{n}", "value": {n}}}' for n in range(500)]
    load_file(database, write(tmp_path / "file", lines))
    with connect(database) as connection:
        query = "select reltuples from pg_class where relname = %s"
        assert connection.execute(query, (database.kv_table,)).fetchone() == (500,)


def test_progress_counts_up_to_all_rows(database: Target, tmp_path: Path) -> None:
    lines = [f'{{"key": "k{n}", "value": {n}}}' for n in range(2500)]
    seen: list[int] = []
    load_file(database, write(tmp_path / "file", lines), progress=seen.append)
    assert seen == [1000, 2000, 2500]


def test_an_error_of_the_progress_display_is_not_taken_for_a_bad_file(
    database: Target, tmp_path: Path
) -> None:
    def broken(_: int) -> None:
        raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        load_file(database, write(tmp_path / "file", [GOOD]), progress=broken)
    assert not table_exists(database)


@pytest.mark.skipif(not NORTHWIND.is_dir(), reason="the Northwind documents are not here")
def test_northwind_loads_completely(database: Target) -> None:
    path = NORTHWIND / "kv_snake_product.jsonl.gz"
    assert load_file(database, path).rows == 1114
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        keys = {json.loads(line)["key"] for line in lines}
    assert {key for key, _ in rows(database)} == keys
