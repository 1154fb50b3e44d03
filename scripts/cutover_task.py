"""The task `cutover`; what it does is the module `scripts.cutover`."""

from __future__ import annotations

from invoke import Context, task

from scripts.task_support import friendly, helped, target_of


@task(
    help=helped(
        "target",
        "verbose",
        "json",
        corrections="a file of corrections, as for migrate (or KV_CORRECTIONS)",
        guard="leave a trigger on the store that refuses writers",
        undo="take the guard off again; rows stay as they are",
        yes="needed for a protected target, whose name is then typed on standard input",
        **{
            "max-lock": "seconds that writers of the store may wait (default 120)",
            "on-conflict": "where the table's row differs: keep-table (default), newest, take-kv",
            "on-gone": "a row of ours whose record is no longer there: keep (default) or delete",
            "approved-by": "who approved it; needed, and recorded, for a protected target",
            "override-road": "a protected target without its rehearsal: the reason, recorded",
        },
    )
)
@friendly
def cutover(
    _: Context,
    target: str = "embedded",
    guard: bool = False,
    undo: bool = False,
    max_lock: str = "",
    corrections: str = "",
    on_conflict: str = "",
    on_gone: str = "",
    approved_by: str = "",
    yes: bool = False,
    override_road: str = "",
    verbose: bool = False,
    json: bool = False,
) -> int:
    """Do a last pass while nobody can write the store, prove that no key differs, and hand over.

    The store can be read meanwhile; writers wait, --max-lock seconds at most. Catch up before with
    `invoke migrate --watch`, so that the pass is short. With --guard old writers are refused.
    """
    from scripts import console, road
    from scripts import cutover as job
    from scripts.migrate import Options
    from scripts.watch import whole_number

    place = target_of(target)
    if undo:
        road.check_yes(place, yes=yes)
        road.check_typed_name(place)
        was_there = job.undo(place)
        console.say("The store is open to writers." if was_there else "There was no guard.")
        return 0
    options = Options(
        corrections=corrections,
        on_conflict=on_conflict,
        on_gone=on_gone,
        approved_by=approved_by,
        yes=yes,
        override_road=override_road,
        verbose=verbose,
        as_json=json,
    ).checked()
    done = job.cut_over(
        place, options, guard=guard, max_lock=whole_number("max-lock", max_lock, 120)
    )
    if json:
        console.print_json(
            {
                **done.outcome.as_dict(),
                "seconds_locked": round(done.seconds_locked, 1),
                "guard": done.is_guarded,
            }
        )
    else:
        job.print_cut_over(done)
    return int(done.outcome.exit_code)
