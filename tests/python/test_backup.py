"""A backup is whole or not there, and what was restored from it is what was before."""

from __future__ import annotations

import gzip
import json
import os
import re
import resource
import signal
import stat
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from helpers import Kept, fingerprint, load_documents, new_database, rows, run
from live_tables import UUID, make_live, run_sql, triggers
from test_tasks import invoke

from scripts import history
from scripts.backup import Backup, backup
from scripts.backup.restore import restore
from scripts.connection import connect
from scripts.errors import KvError, UsageError
from scripts.rollback import roll_back
from scripts.settings import ROOT, Target

# The foreign key that refers to a table outside the set.
_OUTSIDE = re.compile(r', "clients_default_brand_id_fkey [^"]*"')


@pytest.fixture
def live(database: Target, tmp_path: Path) -> Target:
    """Give a database as the application has it."""
    make_live(database, tmp_path)
    return database


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the folder in which backups lie."""
    monkeypatch.setenv("KV_BACKUPS_DIR", str(tmp_path / "backups"))
    return tmp_path / "backups"


def seen(target: Target) -> list[tuple[object, ...]]:
    """Describe rows and definitions, but for the one table that is not of the set."""
    found = fingerprint(target, versions=False) + triggers(target)
    return [
        tuple(_OUTSIDE.sub("", cell) if isinstance(cell, str) else cell for cell in part)
        for part in found
        if "brands_pkey" not in str(part) and part[:2] != ("security", "brands")
    ]


def test_a_restore_gives_the_database_that_was_before(live: Target, other_database: Target) -> None:
    # Since PostgreSQL 18 a "not null" has a name too.
    run_sql(live, "alter table clients rename constraint clients_name_not_null to has_a_name")
    done = backup(live)
    restored = restore(str(done.folder), other_database)
    before = seen(live)
    assert any("is_active" in str(part) for part in before)
    assert seen(other_database) == before
    left_out = " ".join(restored.notes)
    assert "clients_default_brand_id_fkey refers to public.brands" in left_out
    assert "public.clients: 1 row-level policies are not copied." in left_out
    assert "public.orders: the grants to public are not copied." in left_out
    assert len(restored.notes) == 3


@pytest.mark.slow
def test_the_backup_a_run_makes_by_itself_restores_what_was_there_before_it(
    live: Target, other_database: Target, folder: Path, tmp_path: Path
) -> None:
    client = {"id": "c-1", "name": "Orchid", "contactEmail": "ops@orchid.example"}
    load_documents(live, tmp_path, {"client:production:c-1": client})
    before = seen(live)
    outcome = run(live, no_backup=False)
    assert outcome.failures == []
    assert [path.name for path in folder.iterdir()] == [Path(outcome.backup).name]
    assert seen(live) != before
    restore(outcome.backup, other_database)
    assert seen(other_database) == before
    # The one before a rollback holds what the run wrote.
    migrated = fingerprint(live, without=("kv_to_tables",), versions=False)
    roll_back(live, "", confirm=True)
    (second,) = set(folder.iterdir()) - {Path(outcome.backup)}
    restore(str(second), other_database, replace=True)
    found = fingerprint(other_database, without=("kv_to_tables",), versions=False)
    assert [part[-1] for part in found if part[1] == "clients"] == [
        part[-1] for part in migrated if part[1] == "clients"
    ]


def test_a_backup_holds_our_own_logged_tables_too(
    server: Target, migrated_sample: Kept, other_database: Target
) -> None:
    with new_database(server, migrated_sample.dbname) as sample:
        done = backup(sample)
        names = [part.table.full_name for part in done.manifest.tables]
        assert names[:3] == ["public.kv_store_6fcaeea3", "public.clients", "public.catalogs"]
        assert {"kv_to_tables.runs", "kv_to_tables.written_rows"} < set(names)
        restored = restore(str(done.folder), other_database)
        assert restored.notes == []
        # What a rollback needs is in it.
        steps = roll_back(other_database, "", confirm=False)
        assert steps == roll_back(sample, "", confirm=False)
        assert sum(step.delete for step in steps) > 0
        before = fingerprint(sample, versions=False)
        roll_back(sample, "", confirm=True)
        restored = restore(str(done.folder), sample, replace=True)
        assert restored.notes == []
        assert fingerprint(sample, versions=False) == before
        wanted = [
            part
            for part in fingerprint(sample, versions=False)
            if part[2] == "r" and f"{part[0]}.{part[1]}" in names
        ]
    found = [part for part in fingerprint(other_database, versions=False) if part[2] == "r"]
    assert found == wanted


def test_files_and_folders_are_their_owners_alone_and_no_name_is_left_over(
    live: Target, folder: Path
) -> None:
    done = backup(live)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(done.folder.stat().st_mode) == 0o700
    for path in done.folder.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(folder.iterdir()) == [done.folder]
    assert done.folder.name == f"embedded-{done.manifest.run_id}"
    step = history.steps()[-1]
    assert (step.kind, step.outcome, step.run_id) == ("backup", "done", done.manifest.run_id)
    assert "Orchid" not in json.dumps(step.facts)


def test_a_file_is_what_copy_writes(live: Target) -> None:
    done = backup(live)
    part = done.manifest.tables[1]
    text = gzip.decompress((done.folder / part.file).read_bytes()).decode()
    assert text.startswith(f'{UUID}1\tOr\\tchid \\\\ "it\'s"\\nFreight\tops@orchid.example\t')
    assert text.count("\n") == part.rows == 2


def test_all_tables_are_of_one_moment(live: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    from scripts import backup as module

    write = module._write_table

    def and_then_somebody_writes(*arguments: object) -> object:
        run_sql(live, "insert into kv_store_6fcaeea3 values (gen_random_uuid()::text, '1')")
        run_sql(live, "update clients set name = name || '!'")
        return write(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "_write_table", and_then_somebody_writes)
    done = backup(live)
    assert [part.rows for part in done.manifest.tables] == [5, 2, 1, 1, 2, 1, 1]
    assert rows(live, "select count(*) from kv_store_6fcaeea3") == [(12,)]
    text = gzip.decompress((done.folder / done.manifest.tables[1].file).read_bytes())
    assert b"!" not in text


def damage_cut_off(done: Backup) -> None:
    path = done.folder / done.manifest.tables[0].file
    path.write_bytes(path.read_bytes()[:-9])


def damage_altered(done: Backup) -> None:
    path = done.folder / done.manifest.tables[-1].file
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def damage_other_rows(done: Backup) -> None:
    path = done.folder / done.manifest.tables[1].file
    path.write_bytes(
        gzip.compress(gzip.decompress(path.read_bytes()).replace(b"Nimbus", b"Nimbas"))
    )


def damage_missing(done: Backup) -> None:
    (done.folder / done.manifest.tables[2].file).unlink()


def damage_manifest(done: Backup) -> None:
    path = done.folder / "manifest.json"
    path.write_text(path.read_text().replace('"rows": 2', '"rows": 3'))


def damage_manifest_cut_off(done: Backup) -> None:
    path = done.folder / "manifest.json"
    path.write_bytes(path.read_bytes()[:-10])


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (damage_cut_off, "01-public.kv_store_6fcaeea3.copy.gz is not the file that was written"),
        (damage_altered, "07-public.orders.copy.gz is not the file that was written"),
        (damage_other_rows, "02-public.clients.copy.gz is not the file that was written"),
        (damage_missing, "03-public.catalogs.copy.gz is missing"),
        (damage_manifest, "its manifest was altered"),
        (damage_manifest_cut_off, "its manifest is no manifest"),
    ],
)
def test_a_damaged_backup_is_refused_before_anything_is_touched(
    live: Target, damage: object, sentence: str
) -> None:
    done = backup(live)
    damage(done)  # type: ignore[operator]
    before = fingerprint(live)
    with pytest.raises(KvError, match=f"is damaged: {sentence}. Nothing was touched"):
        restore(str(done.folder), live, replace=True)
    assert fingerprint(live) == before


def test_a_backup_of_a_newer_format_is_refused(live: Target) -> None:
    done = backup(live)
    path = done.folder / "manifest.json"
    path.write_text(path.read_text().replace('"format": 1', '"format": 2'))
    with pytest.raises(KvError, match="has the format 2, and only 1 is known here"):
        restore(str(done.folder), live, replace=True)


def test_a_restore_onto_tables_that_are_there_needs_the_word(live: Target) -> None:
    done = backup(live)
    before = fingerprint(live)
    with pytest.raises(UsageError, match=r"public\.kv_store_6fcaeea3 is there already"):
        restore(str(done.folder), live)
    with pytest.raises(UsageError, match="is protected"):
        restore(str(done.folder), replace(live, name="prod"), replace=True)
    with pytest.raises(UsageError, match="There is no backup in"):
        restore("nowhere", live)
    assert fingerprint(live) == before


def test_replace_gives_back_the_rows_and_leaves_the_definitions(live: Target) -> None:
    before, oids = seen(live), rows(live, "select oid, relname::text from pg_class order by 1")
    done = backup(live)
    run_sql(
        live,
        "update products set name = 'Cup'; delete from orders;"
        " update kv_store_6fcaeea3 set value = '0'; delete from employees;"
        " insert into clients (name, contact_email, serial_number)"
        " values ('Later', 'a@b.example', 9)",
    )
    assert seen(live) != before
    restored = restore(done.folder.name, live, replace=True)
    assert seen(live) == before
    assert restored.notes == []
    run_sql(live, "drop index idx_products_live")
    restored = restore(done.folder.name, live, replace=True)
    assert restored.notes == [
        "public.products: index idx_products_live is missing, and stays as it is."
    ]
    run_sql(
        live, "create index idx_products_live on products (catalog_id, is_active) where is_active"
    )
    kept = rows(live, "select oid, relname::text from pg_class order by 1")
    assert set(oids) - set(kept) == {pair for pair in oids if pair[1] == "idx_products_live"}
    assert len(restored.replaced) == 7
    assert rows(live, "select count(*) from pg_trigger where tgenabled = 'D'") == [(1,)]


def test_replace_makes_the_tables_that_are_gone(live: Target) -> None:
    before = seen(live)
    done = backup(live)
    run_sql(live, "drop table orders; drop table employees; delete from kv_store_6fcaeea3")
    restored = restore(str(done.folder), live, replace=True)
    assert len(restored.replaced) == 5
    run_sql(live, "grant select on orders to public")
    assert seen(live) == before


def test_replace_refuses_other_columns_and_rows_that_others_refer_to(live: Target) -> None:
    done = backup(live)
    run_sql(live, "alter table employees add column badge text")
    with pytest.raises(KvError, match=r"public\.employees has other columns .*: badge"):
        restore(str(done.folder), live, replace=True)
    run_sql(live, "alter table employees drop column badge")
    run_sql(
        live,
        "create table badges (employee uuid references employees on delete cascade);"
        " insert into badges select id from employees",
    )
    before = fingerprint(live)
    with pytest.raises(KvError, match=r"Rows of public\.badges, .* refer to public\.employees"):
        restore(str(done.folder), live, replace=True)
    assert fingerprint(live) == before
    run_sql(live, "delete from badges")
    restore(str(done.folder), live, replace=True)


def test_beside_makes_everything_in_one_new_schema(live: Target) -> None:
    done = backup(live)
    before = fingerprint(live)
    restore(str(done.folder), live, beside="before")
    assert fingerprint(live, without=("before",)) == before
    assert rows(live, "select count(*) from before.orders") == [(1,)]
    assert (
        rows(
            live,
            "select conrelid::regclass::text || ' ' || confrelid::regclass from pg_constraint"
            " where contype = 'f' and connamespace = 'before'::regnamespace"
            " and confrelid not in (select oid from pg_class where relnamespace = connamespace)",
        )
        == []
    )
    assert rows(
        live,
        "select distinct tgfoid::regproc::text from pg_trigger where not tgisinternal"
        " and tgrelid = 'before.products'::regclass",
    ) == [("before.update_updated_at_column",)]
    with pytest.raises(UsageError, match="There is a schema 'before' already"):
        restore(str(done.folder), live, beside="before")
    with pytest.raises(UsageError, match="not a usable SQL name"):
        restore(str(done.folder), live, beside="a;b")


def test_a_restore_that_fails_in_the_end_changes_nothing(
    live: Target, other_database: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    from scripts.backup import restore as module

    done = backup(live)
    empty = fingerprint(other_database)
    # A trigger of the server, a wrong driver, a bad disk: what was read back is not what was sent.
    finish = module.finish

    def and_something_alters_a_row(maker: module.Maker) -> None:
        finish(maker)
        maker.connection.execute(
            "update public.kv_store_6fcaeea3 set value = '8' where key = 'counter'"
        )

    monkeypatch.setattr(module, "finish", and_something_alters_a_row)
    with pytest.raises(KvError, match=r"public\.kv_store_6fcaeea3 read back has other rows"):
        restore(str(done.folder), other_database)
    assert fingerprint(other_database) == empty


def test_a_default_and_an_index_of_a_missing_extension_do_not_fail_the_restore(
    database: Target, other_database: Target, tmp_path: Path
) -> None:
    load_documents(database, tmp_path, {"a": 1})
    run_sql(
        database,
        "create schema extensions;"
        "create function extensions.uuid_generate_v4() returns uuid language sql"
        "  return gen_random_uuid();"
        "create function extensions.folded(text) returns text immutable language sql"
        "  return lower($1);"
        "create table clients (id uuid primary key default extensions.uuid_generate_v4(),"
        "  name text default extensions.folded('A') check (extensions.folded(name) <> 'x'));"
        "create index by_name on clients (extensions.folded(name));"
        "create index by_lower_name on clients (lower(name));"
        "insert into clients (name) values ('Orchid')",
    )
    restored = restore(str(backup(database).folder), other_database)
    notes = "\n".join(restored.notes)
    assert "the default of id is gen_random_uuid() here" in notes
    assert "the default of name cannot be made here" in notes
    assert "the index by_name cannot be made here" in notes
    assert "the constraint clients_name_check cannot be made here" in notes
    assert len(restored.notes) == 4
    run_sql(other_database, "insert into clients (name) values ('Nimbus')")
    assert rows(other_database, "select count(distinct id) from clients") == [(2,)]
    assert rows(other_database, "select count(*) from pg_indexes where tablename = 'clients'") == [
        (2,)
    ]


_OPERATOR_CLASS = """
create schema if not exists #;
create operator class #.gin_trgm_ops for type text using btree as
    operator 1 <, operator 2 <=, operator 3 =, operator 4 >=, operator 5 >,
    function 1 bttextcmp(text, text);
"""


def test_an_extension_may_lie_in_another_schema_on_the_other_side(
    database: Target, other_database: Target
) -> None:
    # It stands for pg_trgm, which `public` has on one server and `extensions` on another.
    run_sql(database, _OPERATOR_CLASS.replace("#", "extensions"))
    run_sql(
        database,
        "create table clients (id int primary key, name text);"
        " create index by_name on clients (name extensions.gin_trgm_ops)",
    )
    run_sql(other_database, _OPERATOR_CLASS.replace("#", "public"))
    assert restore(str(backup(database).folder), other_database).notes == []
    index = rows(other_database, "select pg_get_indexdef('by_name'::regclass)")
    assert index == [("CREATE INDEX by_name ON public.clients USING btree (name gin_trgm_ops)",)]


def test_a_partitioned_table_is_refused(database: Target) -> None:
    run_sql(database, "create table orders (id int) partition by range (id)")
    with pytest.raises(KvError, match=r"public\.orders is partitioned or inherits"):
        backup(database)


def test_a_privilege_or_policy_that_hides_rows_stops_the_backup(live: Target, folder: Path) -> None:
    run_sql(
        live,
        "drop role if exists kv_reader; create role kv_reader login; grant usage on schema public to kv_reader;"
        " grant select on all tables in schema public to kv_reader;"
        " grant select on all sequences in schema public to kv_reader; revoke all on orders from public, kv_reader",
    )
    reader = replace(live, user="kv_reader")
    try:
        run_sql(live, "alter policy clients_all on clients using (status = 'active')")
        with pytest.raises(KvError, match=r"Row-level security hides rows of public\.clients"):
            backup(reader)
        # A policy that lets every row through hides none.
        run_sql(live, "alter policy clients_all on clients using (true)")
        with pytest.raises(KvError, match="permission denied for table orders"):
            backup(reader)
        assert list(folder.iterdir()) == []
        assert history.steps()[-1].outcome == "failed"
    finally:
        run_sql(live, "drop owned by kv_reader; drop role kv_reader")


def test_a_wrong_schema_is_one_sentence(live: Target, folder: Path) -> None:
    with pytest.raises(KvError, match="has none of the tables to back up"):
        backup(replace(live, kv_schema="nowhere", final_schema="nowhere"))
    assert list(folder.iterdir()) == []


def test_a_full_disk_and_a_file_in_the_way_are_one_sentence_and_leave_nothing(
    live: Target, folder: Path, tmp_path: Path
) -> None:
    run_sql(
        live,
        "insert into kv_store_6fcaeea3 select n, to_jsonb(array(select md5(n || '-' || m)"
        " from generate_series(1, 100) as m)) from generate_series(1, 2000) as n",
    )
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
    try:
        with pytest.raises(KvError, match=r"The backup cannot be written to .*: File too large"):
            backup(live)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert list(folder.iterdir()) == []
    (tmp_path / "file").write_text("")
    with pytest.raises(KvError, match="The backup cannot be written to"):
        backup(live, out=str(tmp_path / "file"))
    assert backup(live).rows == 2013


def test_a_killed_backup_leaves_nothing_that_looks_like_one_and_the_next_tidies_up(
    live: Target, folder: Path
) -> None:
    run_sql(
        live,
        "insert into kv_store_6fcaeea3 select n, to_jsonb(array(select md5(n || '-' || m)"
        " from generate_series(1, 100) as m)) from generate_series(1, 5000) as n",
    )
    code = (
        "from scripts.backup import backup; from scripts.settings import Target;"
        f"backup(Target('embedded', {live.host!r}, {live.port}, {live.user!r}, {live.dbname!r}))"
    )
    process = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=os.environ)
    deadline = time.monotonic() + 30
    while not list(folder.glob(".*.partial/01*")) and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGSTOP)
    assert len(list(folder.glob(".*.partial"))) == 1
    backup(live)  # leaves alone what somebody still writes
    assert len(list(folder.iterdir())) == 2
    process.send_signal(signal.SIGKILL)
    process.wait()
    (partial,) = folder.glob(".*.partial")
    with pytest.raises(UsageError, match="There is no backup in"):
        restore(str(partial), live, replace=True)
    backup(live)
    assert list(folder.glob(".*")) == []


def test_old_backups_go_but_never_the_newest(
    live: Target, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.mkdir(mode=0o700)
    old = [f"embedded-202{year}0101T000000Z-00{year}0" for year in range(6)]
    strangers = ["embedded-2020", "prod-20200101T000000Z-0000", "embedded-x-20200101T000000Z-0000"]
    for name in old + strangers:
        (folder / name).mkdir()
    done = backup(live)
    assert done.pruned == old[:4]
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        [*old[4:], *strangers, done.folder.name]
    )
    monkeypatch.setenv("KV_BACKUPS_DAYS", "9999")
    assert backup(live, keep="1").pruned == []
    monkeypatch.delenv("KV_BACKUPS_DAYS")
    assert backup(live, keep="1").pruned == old[4:]
    with pytest.raises(UsageError, match="--keep=0 is not a whole number"):
        backup(live, keep="0")


def test_no_lock_is_waited_for_for_ever_and_writers_go_on(
    live: Target, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from scripts.definitions import read

    monkeypatch.setitem(read._PINS, "lock_timeout", "200ms")
    with connect(live) as connection:
        connection.execute("lock table orders in access exclusive mode")
        with pytest.raises(KvError, match="canceling statement due to lock timeout"):
            backup(live)
    assert list(folder.iterdir()) == []


def test_the_commands_end_with_their_codes_and_name_no_value(
    live: Target, other_database: Target, folder: Path, tmp_path: Path
) -> None:
    variables = {"KV_BACKUPS_DIR": str(folder), "KV_RUNS_DIR": str(tmp_path / "runs")}
    for name, target in (("DEV", live), ("PROD_COPY", other_database), ("PROD", live)):
        variables |= {
            f"KV_{name}_HOST": target.host,
            f"KV_{name}_USER": target.user,
            f"KV_{name}_DBNAME": target.dbname,
        }
    made = invoke("backup", "--target=prod", "--json", **variables)
    assert made.returncode == 0, made
    backup_folder = json.loads(made.stdout)["folder"]
    assert Path(backup_folder).name.startswith("prod-20")
    for arguments, code, sentence in (
        (("restore", backup_folder, "--target=prod-copy"), 0, "every table was read back"),
        (("restore", backup_folder, "--target=prod-copy"), 2, "is there already"),
        (("restore", backup_folder, "--target=prod", "--replace"), 2, "is protected"),
        (("copy", "--rows-per-second=x"), 2, "is not a number of rows"),
        (("copy", "--source=dev"), 2, "has a table public.kv_store_6fcaeea3 already"),
    ):
        ended = invoke(*arguments, **variables)
        assert ended.returncode == code, ended
        assert sentence in ended.stdout + ended.stderr
        assert "Traceback" not in ended.stderr
        assert "Nimbus" not in ended.stdout + ended.stderr
    run_sql(other_database, "drop schema public cascade; create schema public")
    ended = invoke("copy", **variables)
    assert ended.returncode == 0, ended
    assert "public.clients" in ended.stdout
    assert "Nimbus" not in (tmp_path / "runs" / "history.jsonl").read_text(encoding="utf-8")
