"""The one place where dbt is called: in this process, with its result checked.

dbt is imported here, late, because that takes seconds.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import yaml

from scripts.settings import PROTECTED, ROOT, Target, variables_of

_SESSION = (
    # Compiling these queries takes longer than it saves.
    "-c jit=off",
    # A statement over a whole store is a long one, whatever the role's limit; waiting is not work.
    "-c statement_timeout=0",
    "-c idle_in_transaction_session_timeout=0",
    "-c idle_session_timeout=0",
    "-c lock_timeout=60s",
)
_NOISE = ("DETAIL", "LINE ", "CONTEXT", "HINT", "compiled code", "^", "> in", "> called")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'|\([^()]*\)=\([^()]*\)")


@dataclass(frozen=True)
class Node:
    """One model, seed or test of a dbt command, as it ended. `message` holds no values."""

    name: str
    kind: str
    status: str
    seconds: float
    message: str = ""
    folder: str = ""


@dataclass(frozen=True)
class DbtResult:
    """How a dbt command ended. `error` is set when dbt itself gave up before any node ran."""

    success: bool
    nodes: list[Node] = field(default_factory=list)
    error: str = ""

    @property
    def failed(self) -> list[Node]:
        """Give the nodes that failed, not those skipped because of them."""
        return [node for node in self.nodes if node.status in ("error", "fail", "runtime error")]


def without_values(message: str) -> str:
    """Give the sentence of a database or dbt error without anything a document may have said.

    PostgreSQL puts values into quotes and into DETAIL lines; both go.
    """
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    kept = [line for line in lines if not line.startswith(_NOISE)]
    return _QUOTED.sub("…", " ".join(kept[:3]))


@contextmanager
def _environment(target: Target, run_id: str, corrections_hash: str) -> Iterator[None]:
    """Set what dbt reads from the environment for one command, and put it back."""
    wanted = {
        "KV_RUN_ID": run_id,
        "KV_CORRECTIONS_HASH": corrections_hash,
        **variables_of(target, target.name),
        "KV_SCHEMA": target.kv_schema,
        "KV_TABLE": target.kv_table,
        "KV_FINAL_SCHEMA": target.final_schema,
        "KV_WORK_SCHEMA": target.work_schema,
        "PGOPTIONS": " ".join([os.environ.get("PGOPTIONS", ""), *_SESSION]).strip(),
        # What `invoke status` and the next run know the sessions of this one by.
        "PGAPPNAME": f"kv-to-tables {run_id}".strip(),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }
    if target.name in PROTECTED:
        wanted["KV_ALLOW_PROTECTED"] = target.name
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def run_dbt(
    target: Target,
    arguments: list[str],
    *,
    variables: dict[str, object] | None = None,
    run_id: str = "",
    corrections_hash: str = "",
    on_event: Callable[[Any], None] | None = None,
) -> DbtResult:
    """Run one dbt command against a target and give how each node ended.

    Writes what the command writes, in dbt's own transactions, and `target/`; no log file. dbt's
    own output is silenced: `on_event` gets its events.
    """
    from dbt.cli.main import dbtRunner

    command = [
        *("--quiet", "--no-use-colors", "--log-level", "none", "--log-level-file", "none"),
        *arguments,
        *("--target", target.name),
        *("--project-dir", str(ROOT), "--profiles-dir", str(ROOT)),
    ]
    if variables:
        command += ["--vars", yaml.safe_dump(variables)]
    callbacks = [on_event] if on_event else []
    with _environment(target, run_id, corrections_hash):
        outcome = dbtRunner(callbacks=callbacks).invoke(command)
    interrupt = _interrupt_in(outcome.exception)
    if interrupt:
        raise interrupt
    results = getattr(outcome.result, "results", None) or []
    nodes = [_node(result) for result in results if hasattr(result, "node")]
    error = without_values(str(outcome.exception)) if outcome.exception else ""
    return DbtResult(bool(outcome.success), nodes, error)


def _interrupt_in(error: BaseException | None) -> KeyboardInterrupt | None:
    """Find the interrupt that dbt took for an error of its own."""
    while error is not None:
        if isinstance(error, KeyboardInterrupt):
            return error
        error = getattr(error, "exception", None) or error.__cause__ or error.__context__
    return None


def _node(result: Any) -> Node:
    node = result.node
    return Node(
        name=node.name,
        kind=str(getattr(node.resource_type, "value", node.resource_type)),
        status=str(getattr(result.status, "value", result.status)),
        seconds=float(result.execution_time or 0.0),
        message=without_values(str(result.message or "")),
        folder=(node.fqn[1] if len(getattr(node, "fqn", [])) > 2 else ""),
    )
