"""The task `preflight`; what it does is the package `scripts.preflight`."""

from __future__ import annotations

from invoke import Context, task

from scripts.task_support import friendly, helped, target_of


@task(
    help=helped(
        "target",
        "json",
        verbose="show every proposal, and the traceback of an error",
    )
)
@friendly
def preflight(
    _: Context, target: str = "embedded", json: bool = False, verbose: bool = False
) -> int:
    """Look whether a run can go: server, role, store, tables, locks, and what is going to collide.

    Reads only. Exits with 1 when something would stop a run or make it fail.
    """
    from scripts import console, history
    from scripts.connection import connect
    from scripts.preflight.survey import print_survey, take_survey
    from scripts.store_shape import shape_of

    place = target_of(target)
    with history.step("preflight", place.name) as step:
        survey = take_survey(place)
        with connect(place, read_only=True) as connection:
            step.store_shape = shape_of(connection, place)
        step.facts.update(survey.counts, claims=survey.claims)
        step.outcome = history.outcome_of(survey.exit_code)
    if json:
        console.print_json(survey.as_dict())
    else:
        print_survey(survey, verbose=verbose)
    return survey.exit_code
