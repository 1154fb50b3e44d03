"""What every task shares: help texts, errors as one sentence, the target by its name."""

from __future__ import annotations

import atexit
import gc
import signal
import sys
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scripts.settings import Target

HELP = {
    "target": "embedded (default), dev, prod-copy or prod; see profiles.yml",
    "json": "print the result as JSON and nothing else",
    "verbose": "show every step, and the traceback of an error",
}


def helped(*names: str, **own: str) -> dict[str, str]:
    """Give the help texts of shared options by name, and a task's own."""
    return {**{name: HELP[name] for name in names}, **own}


def friendly(body: Callable[..., Any]) -> Callable[..., Any]:
    """Make a task exit with its code, and say an error in one sentence.

    `--verbose` lets the traceback through. Reads `.env` first, so that every task sees it.
    """

    @wraps(body)
    def wrapped(*positional: Any, **options: Any) -> None:
        from scripts.errors import KvError
        from scripts.settings import read_environment

        read_environment()
        # What is left at the end the system frees at once; looking through it takes two seconds.
        atexit.register(gc.freeze)
        # As tidily as Ctrl-C: what is open is closed, what was under way is named.
        signal.signal(signal.SIGTERM, _interrupt)
        try:
            sys.exit(int(body(*positional, **options) or 0))
        except KvError as error:
            if options.get("verbose"):
                raise
            sys.stderr.write(f"{error}\n")
            sys.exit(int(error.code))
        except BrokenPipeError:
            # Whoever read the output (`| head`) has what they wanted.
            from scripts.console import let_go

            let_go()
            sys.exit(0)
        except KeyboardInterrupt as interrupt:
            sys.stderr.write("Interrupted; a run can be started again and goes on from there.\n")
            sys.exit(143 if interrupt.args == (signal.SIGTERM,) else 130)
        except Exception as error:
            if options.get("verbose"):
                raise
            # The message of an unexpected error may quote a document: its kind must do.
            sys.stderr.write(
                f"An unexpected {type(error).__name__} ended the command."
                " Repeat it with --verbose to see where.\n"
            )
            sys.exit(1)

    return wrapped


def _interrupt(number: int, _: object) -> None:
    raise KeyboardInterrupt(number)


def target_of(name: str) -> Target:
    """Give the target of that name; `embedded` is started first if it is not running."""
    from scripts import embedded, settings

    if settings.check_target_name(name) == "embedded":
        embedded.set_environment(embedded.ensure_running())
    return settings.resolve(name)
