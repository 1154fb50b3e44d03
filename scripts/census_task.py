"""The task `census`; what it does is the package `scripts.census`."""

from __future__ import annotations

from invoke import Context, task

from scripts.task_support import friendly, helped, target_of


@task(
    help=helped(
        "target",
        "json",
        page="also write it as one HTML page that needs nothing else, for its owner's eyes",
        verbose="show every family and field, and the traceback of an error",
    )
)
@friendly
def census(
    _: Context,
    target: str = "embedded",
    page: str = "",
    json: bool = False,
    verbose: bool = False,
) -> int:
    """Look at a key-value table before anything is mapped: families of keys, fields, spellings.

    Works on any table of `key text, value jsonb` (KV_SCHEMA, KV_TABLE). Reads in one read-only
    transaction. Shows shapes, names of fields and counts, never a key or a value.
    """
    from pathlib import Path

    from scripts import console
    from scripts.census import take_census
    from scripts.census.page import check_path, write_page
    from scripts.census.terminal import print_census

    path = check_path(Path(page)) if page else None
    found = take_census(target_of(target))
    if path:
        write_page(found, path)
    if json:
        console.print_json(found.as_dict())
    else:
        print_census(found, verbose=verbose)
        if path:
            console.say(f"The page is {path}.")
    return 0
