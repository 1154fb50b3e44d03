"""What `sample` and `load` do: the only tasks that write the key-value table."""

from __future__ import annotations

from pathlib import Path

from scripts import console, history
from scripts.errors import UsageError
from scripts.settings import Target


def load_task(target: Target, file: str, *, replace: bool) -> int:
    """Load a file into the target's key-value table in one transaction and say what went in."""
    with history.step("load", target.name, file=Path(file).name, replace=replace) as step:
        _load(target, file, step, replace=replace)
    return 0


def _load(target: Target, file: str, step: history.Step, *, replace: bool) -> None:
    from scripts.load import load_file

    loaded = load_file(target, Path(file), replace=replace)
    step.facts.update(keys=loaded.rows, bytes=loaded.bytes, seconds=round(loaded.seconds, 2))
    console.say(
        f"Loaded {loaded.rows:,} keys into {target.kv_schema}.{target.kv_table} of"
        f" '{target.name}' in {loaded.seconds:.1f} s."
    )


def sample_task(
    target: Target | None, documents: str, seed: str, out: str, *, replace: bool
) -> int:
    """Write a sample store to a file, and load it unless there is no target."""
    from scripts.sample import write_sample

    for name, value in (("documents", documents), ("seed", seed)):
        if not value.isdigit():
            raise UsageError(f"--{name}={value} is not a whole number.", "Use for example 10000.")
    path = Path(out)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    expected = write_sample(path, int(documents), int(seed))
    console.say(
        f"Wrote {int(documents):,} keys to {path}, and what must become of them to {expected}."
    )
    if target:
        options = {"documents": int(documents), "seed": int(seed), "replace": replace}
        with history.step("sample", target.name, **options) as step:
            _load(target, str(path), step, replace=replace)
    return 0
