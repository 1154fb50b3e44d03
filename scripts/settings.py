"""Targets and settings, read from the environment and a `.env` file, never from a tracked one.

A target named `prod-copy` reads `KV_PROD_COPY_HOST`, `_PORT`, `_USER`, `_PASSWORD`, `_DBNAME` and
`_SSLMODE`: the same variables that `profiles.yml` reads, so that plain dbt and the tasks agree.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from dotenv import load_dotenv

from scripts.errors import UsageError

ROOT = Path(__file__).resolve().parent.parent
ENTITIES = ("clients", "catalogs", "sites", "products", "employees", "orders")
TARGETS = ("embedded", "dev", "prod-copy", "prod")
PROTECTED = frozenset({"prod"})
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_$]{0,62}")


@dataclass(frozen=True)
class Target:
    """One database and the names used in it. `password` is kept out of the repr."""

    name: str
    host: str
    port: int
    user: str
    dbname: str
    sslmode: str = "prefer"
    password: str = field(default="", repr=False)
    kv_schema: str = "public"
    kv_table: str = "kv_store_6fcaeea3"
    final_schema: str = "public"
    work_schema: str = "kv_to_tables"

    @property
    def protected(self) -> bool:
        """Say whether tasks that write must refuse without the operator's explicit word."""
        return self.name in PROTECTED


@cache
def project_vars() -> dict[str, Any]:
    """Give the vars of dbt_project.yml, read once: what the models and Python must both know."""
    import yaml

    text = (ROOT / "dbt_project.yml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text)["vars"])


def prefix_of(target_name: str) -> str:
    """Give the prefix of a target's variables: `prod-copy` reads `KV_PROD_COPY_…`."""
    return "KV_" + target_name.upper().replace("-", "_") + "_"


def variables_of(target: Target, name: str) -> dict[str, str]:
    """Give the variables by which `resolve(name)` finds the database of this target."""
    values = {
        "HOST": target.host,
        "PORT": str(target.port),
        "USER": target.user,
        "PASSWORD": target.password,
        "DBNAME": target.dbname,
        "SSLMODE": target.sslmode,
    }
    return {prefix_of(name) + key: value for key, value in values.items()}


def read_environment() -> None:
    """Load `.env` of the project folder, if there is one; what is set already stays."""
    load_dotenv(ROOT / ".env", override=False)


def check_target_name(name: str) -> str:
    """Return `name` if it is a known target.

    Raises UsageError, naming the targets there are, when it is not.
    """
    if name not in TARGETS:
        raise UsageError(f"There is no target '{name}'.", f"Choose one of: {', '.join(TARGETS)}.")
    return name


def _identifier(variable: str, default: str) -> str:
    value = os.environ.get(variable, default)
    if not _IDENTIFIER.fullmatch(value):
        raise UsageError(
            f"{variable} is not a usable SQL name.",
            "Use letters, digits and underscores, at most 63 of them.",
        )
    return value


def resolve(name: str) -> Target:
    """Build the target from the environment; reads variables only, connects to nothing.

    For `embedded` the caller has started the server and set its variables before
    (`scripts.embedded.ensure_running`).

    Raises UsageError that names the first missing variable, or the target if it is unknown.
    """
    prefix = prefix_of(check_target_name(name))
    values: dict[str, str] = {}
    for key in ("HOST", "USER", "DBNAME"):
        value = os.environ.get(prefix + key, "")
        if not value:
            raise UsageError(
                f"The target '{name}' needs the variable {prefix}{key}.",
                "Set it in the environment or in a .env file beside dbt_project.yml.",
            )
        values[key.lower()] = value
    port = os.environ.get(prefix + "PORT", "5432")
    if not (port.isascii() and port.isdecimal()) or not 0 < int(port) < 65536:
        raise UsageError(f"{prefix}PORT is not a port number.", "Use a number from 1 to 65535.")
    return Target(
        name=name,
        host=values["host"],
        port=int(port),
        user=values["user"],
        dbname=values["dbname"],
        sslmode=os.environ.get(prefix + "SSLMODE", "prefer"),
        password=os.environ.get(prefix + "PASSWORD", ""),
        kv_schema=_identifier("KV_SCHEMA", "public"),
        kv_table=_identifier("KV_TABLE", "kv_store_6fcaeea3"),
        final_schema=_identifier("KV_FINAL_SCHEMA", "public"),
        work_schema=_identifier("KV_WORK_SCHEMA", "kv_to_tables"),
    )
