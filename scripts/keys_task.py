"""The task `keys`; what it does is the module `scripts.keys`."""

from __future__ import annotations

from invoke import Context, task

from scripts.task_support import friendly, helped, target_of


@task(
    help=helped(
        "target",
        "json",
        entity="only those of one entity: clients, catalogs, sites, products, employees, orders",
        code="only those rejected for this reason: contact_email_missing",
        limit="how many are shown (25); 0 for all",
        out="write all of them to a CSV file, unmasked, for its owner's eyes",
        verbose="show the traceback of an error",
        **{"class": "only those of one class: migrated, merged, rejected, soft_deleted, derived …"},
    )
)
@friendly
def keys(
    _: Context,
    target: str = "embedded",
    class_: str = "",
    entity: str = "",
    code: str = "",
    limit: str = "25",
    out: str = "",
    json: bool = False,
    verbose: bool = False,
) -> int:
    """List the keys behind a count of the last run: by class, entity or reason.

    What names a person is masked, but for --out. `invoke trace KEY` tells all of one. Reads only.
    """
    from dataclasses import asdict
    from pathlib import Path

    from scripts import console
    from scripts import keys as job
    from scripts.watch import whole_number

    most = whole_number("limit", limit, 25)
    wanted = job.Wanted(class_, entity, code)
    place = target_of(target)
    if out:
        count = job.write_keys(place, wanted, Path(out))
        if json:
            console.print_json({"total": count, "file": out})
        else:
            console.say(f"Wrote {console.counted(count, 'key')} to {out}.")
        return 0
    found, total = job.read_keys(place, wanted, most)
    shown = job.masked(found)
    if json:
        console.print_json({"total": total, "keys": [asdict(one) for one in shown]})
    else:
        job.print_keys(shown, total)
    return 0
