"""The rules of the house, over the manifest and the YAML: dbt itself does not check YAML keys here."""

from __future__ import annotations

import csv
import json
import os
import re
from pathlib import Path
from typing import Any

import jinja2
import pytest
import yaml
from helpers import new_database

from scripts.dbt_runner import run_dbt
from scripts.settings import ENTITIES, ROOT, Target

FAULTS = [
    "missing",
    "malformed",
    "too_short",
    "too_long",
    "out_of_range",
    "unmapped",
    "unknown",
    "ambiguous",
    "rejected",
    "deleted",
    "taken",
]
ALLOWED = {
    "file": {
        "version",
        "models",
        "sources",
        "seeds",
        "groups",
        "macros",
        "exposures",
        "unit_tests",
    },
    "models": {
        "name",
        "description",
        "config",
        "constraints",
        "data_tests",
        "columns",
        "unit_tests",
    },
    "columns": {"name", "description", "data_type", "constraints", "data_tests"},
    "constraints": {"type", "name", "columns", "to", "to_columns", "expression"},
    "sources": {"name", "description", "schema", "tables"},
    "tables": {"name", "identifier", "description", "columns"},
    "seeds": {"name", "description", "config", "columns", "data_tests"},
    "groups": {"name", "owner", "description"},
    "macros": {"name", "description", "arguments"},
    "arguments": {"name", "type", "description"},
    "exposures": {"name", "label", "type", "owner", "description", "depends_on", "maturity", "url"},
    "unit_tests": {"name", "description", "model", "given", "expect", "overrides", "config"},
    "given": {"input", "rows", "format", "fixture"},
    "expect": {"rows", "format", "fixture"},
    "overrides": {"macros", "vars", "env_vars"},
    "data_tests": {"name", "description", "arguments", "config"},
}
# What has the name of a kind, and holds names of the user's own.
FREE = {"constraints": {"columns"}, "data_tests": {"arguments"}, "overrides": {"macros"}}
# `sync_status` has the table's own default, so the code of its rule cannot come up.
OUT_OF_REACH = {("products", "sync_status_missing")}
YAMLS = sorted((ROOT / "models").rglob("*.yml")) + sorted((ROOT / "seeds").rglob("*.yml"))
YAMLS += sorted((ROOT / "macros").rglob("*.yml"))


@pytest.fixture(scope="module")
def manifest(server: Target) -> dict[str, Any]:
    with new_database(server) as target:
        assert run_dbt(target, ["compile"]).success
    manifest = Path(os.environ["DBT_TARGET_PATH"], "manifest.json")
    return json.loads(manifest.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def models(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    return [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]


def _unknown(kind: str, item: dict[str, Any], where: str) -> list[str]:
    found = [f"{where}: {key}" for key in item if key not in ALLOWED[kind]]
    for inner in (ALLOWED[kind] & ALLOWED.keys() & item.keys()) - FREE.get(kind, set()):
        children = item[inner] if isinstance(item[inner], list) else [item[inner]]
        for child in children:
            if inner == "data_tests":
                # A test is its name alone, or its name with settings.
                for name, settings in child.items() if isinstance(child, dict) else ():
                    found += _unknown(inner, settings, f"{where} > {name}")
            else:
                found += _unknown(inner, child, f"{where} > {child.get('name', inner)}")
    return found


@pytest.mark.parametrize("path", YAMLS, ids=lambda path: path.name)
def test_no_yaml_key_is_misspelt(path: Path) -> None:
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert _unknown("file", content, path.name) == []


def test_every_model_and_column_is_described(models: list[dict[str, Any]]) -> None:
    bare = [node["name"] for node in models if not node["description"].strip()]
    for node in models:
        bare += [
            f"{node['name']}.{name}"
            for name, column in node["columns"].items()
            if not column["description"].strip()
        ]
        assert node["columns"], node["name"]
    assert bare == []


def test_every_model_has_a_yaml_of_its_own_name(models: list[dict[str, Any]]) -> None:
    for node in models:
        sql_path = ROOT / node["original_file_path"]
        assert sql_path.with_suffix(".yml").exists(), node["name"]


def test_prefixes_match_folders(models: list[dict[str, Any]]) -> None:
    prefixes = {
        "staging": ("stg_kv__",),
        "typed": ("typed_",),
        "verdict": ("cross_", "val_", "order_"),
    }
    for node in models:
        folder = node["fqn"][1]
        assert node["name"].startswith(prefixes.get(folder, ("",))), node["name"]
        if folder == "final":
            assert node["name"] in ENTITIES


def test_final_models_have_enforced_contracts_and_named_constraints(
    models: list[dict[str, Any]],
) -> None:
    final = {node["name"]: node for node in models if node["fqn"][1] == "final"}
    assert sorted(final) == sorted(ENTITIES)
    for name, node in final.items():
        assert node["config"]["contract"]["enforced"], name
        assert node["config"]["full_refresh"] is False, name
        assert node["access"] == "public", name
        assert all(constraint["name"] for constraint in node["constraints"]), name


def test_only_the_capture_reads_the_store(models: list[dict[str, Any]]) -> None:
    readers = [node["name"] for node in models if node["sources"]]
    assert readers == ["stg_kv__keys"]


def test_every_variable_is_read(manifest: dict[str, Any]) -> None:
    project = yaml.safe_load((ROOT / "dbt_project.yml").read_text(encoding="utf-8"))
    code = "\n".join(
        [node["raw_code"] for node in manifest["nodes"].values() if node.get("raw_code")]
        + [macro["macro_sql"] for macro in manifest["macros"].values()]
    )
    for name in project["vars"]:
        assert re.search(rf"var\(['\"]{name}['\"]", code), name


def test_every_macro_is_documented_with_its_arguments(manifest: dict[str, Any]) -> None:
    documented = {
        macro["name"]: macro
        for macro in manifest["macros"].values()
        if macro["package_name"] == "kv_to_tables"
    }
    paths = sorted((ROOT / "macros").rglob("*.sql"))
    parser = jinja2.Environment(extensions=["jinja2.ext.do"], autoescape=True)
    for path in paths:
        (macro,) = parser.parse(path.read_text(encoding="utf-8")).find_all(jinja2.nodes.Macro)
        assert macro.name == path.stem
        found = documented[macro.name]
        assert found["description"].strip(), macro.name
        assert [argument["name"] for argument in found["arguments"]] == [
            argument.name for argument in macro.args
        ], macro.name
        assert all(each["type"] and each["description"] for each in found["arguments"]), macro.name
    content = yaml.safe_load((ROOT / "macros" / "_macros.yml").read_text(encoding="utf-8"))
    listed = {item["name"] for item in content["macros"] if not item["name"].startswith("test_")}
    assert listed == {path.stem for path in paths}


def test_the_exposure_depends_on_the_six_tables(manifest: dict[str, Any]) -> None:
    (exposure,) = manifest["exposures"].values()
    wanted = [f"model.kv_to_tables.{entity}" for entity in ENTITIES]
    assert sorted(exposure["depends_on"]["nodes"]) == sorted(wanted)


def test_the_codes_in_the_sql_are_the_codes_in_the_seed(manifest: dict[str, Any]) -> None:
    pattern = re.compile(r"'([a-z][a-z0-9_]*_(?:" + "|".join(FAULTS) + r"))'")
    with (ROOT / "seeds" / "reject_codes.csv").open(encoding="utf-8", newline="") as file:
        seed = {(row["entity"], row["code"]) for row in csv.DictReader(file)}
    written = set()
    for entity in ENTITIES:
        names = [f"stg_kv__{entity}", f"typed_{entity}", f"cross_{entity}"]
        for name in names + (["order_employees", "order_sites"] if entity == "orders" else []):
            code = manifest["nodes"][f"model.kv_to_tables.{name}"]["compiled_code"]
            written |= {(entity, found) for found in pattern.findall(code)}
    # Two names that end like a fault and are none: a class, and a field of the document.
    written = {item for item in written if item[1] not in ("soft_deleted", "is_deleted")}
    assert written - seed == set()
    assert seed - written == set()


def test_every_reject_code_is_expected_by_a_unit_test(manifest: dict[str, Any]) -> None:
    expected = set(OUT_OF_REACH)
    for test in manifest["unit_tests"].values():
        model = test["model"]
        entity = (
            "orders" if model in ("order_employees", "order_sites") else model.rpartition("_")[2]
        )
        for row in test["expect"]["rows"]:
            values = [str(row[name] or "") for name in row if name.endswith("_codes")]
            expected |= {(entity, code) for value in values for code in value.split(",")}
    with (ROOT / "seeds" / "reject_codes.csv").open(encoding="utf-8", newline="") as file:
        seed = {(row["entity"], row["code"]) for row in csv.DictReader(file)}
    for entity, code in sorted(seed - expected):
        # One macro writes the code of every text that is none: it is tested once an entity.
        places = [f"typed_{entity}", f"cross_{entity}"]
        compiled = [manifest["nodes"][f"model.kv_to_tables.{x}"]["compiled_code"] for x in places]
        assert not any(f"'{code}'" in sql for sql in compiled), f"{entity}.{code}"


def test_the_six_stand_in_one_order_everywhere() -> None:
    for path in [ROOT / "dbt_project.yml", *YAMLS, *(ROOT / "docs").rglob("*.md")]:
        for line in path.read_text(encoding="utf-8").splitlines():
            places = [line.find(entity) for entity in ENTITIES]
            if -1 not in places:
                assert places == sorted(places), f"{path.name}: {line}"


def test_the_var_fields_has_the_columns_types_and_defaults_of_the_contracts() -> None:
    project = yaml.safe_load((ROOT / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]
    for entity in ENTITIES:
        path = ROOT / "models" / "final" / f"{entity}.yml"
        (model,) = yaml.safe_load(path.read_text(encoding="utf-8"))["models"]
        columns = {column["name"]: column for column in model["columns"]}
        types = {name: kind for kind, names in project["fields"][entity].items() for name in names}
        wanted = {name: column["data_type"].split("(")[0] for name, column in columns.items()}
        assert types == wanted, entity
        defaults = project["column_defaults"].get(entity, {})
        for name, column in columns.items():
            said = [part.get("expression", "") for part in column.get("constraints", [])]
            if name in defaults:
                value = defaults[name].replace('"', "'" if types[name] == "text" else '"')
                assert {f"default {value}", f"default '{value}'"} & set(said), f"{entity}.{name}"
            else:
                is_filled = any(text.startswith("default") for text in said)
                assert not is_filled or types[name] not in ("boolean", "integer", "jsonb"), name
