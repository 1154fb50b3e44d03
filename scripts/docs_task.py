"""The task `docs`; what it does is the package `scripts.site`."""

from __future__ import annotations

from pathlib import Path

from invoke import Context, task

from scripts.errors import UsageError
from scripts.settings import ROOT, Target
from scripts.task_support import friendly, helped, target_of

_PORTS = range(1, 65_536)


@task(
    help=helped(
        "target",
        "verbose",
        out="the folder of the site (site)",
        quick="prove nothing again, whatever the log of the run says",
        serve="serve the site on this machine until it is interrupted",
        port="where it is served (8000)",
    )
)
@friendly
def docs(
    _: Context,
    target: str = "embedded",
    out: str = "site",
    quick: bool = False,
    serve: bool = False,
    port: str = "8000",
    verbose: bool = False,
) -> int:
    """Make the site of the last run: overview, lineage, schema, expectations, journeys, guides.

    A folder of static pages that opens from a disk without a network. It tells what the run itself
    proved; where the log of the run is not here, or says that something failed, the run is proved
    again as by 'verify', unless --quick is given. Reads the target, writes the folder.
    """
    number = int(port) if port.isdecimal() else 0
    if number not in _PORTS:
        raise UsageError(f"--port={port} is no port.", "Use a number from 1 to 65535.")
    return docs_task(target_of(target), Path(out), quick=quick, port=number if serve else None)


def docs_task(target: Target, folder: Path, *, quick: bool, port: int | None) -> int:
    """Build the site, say where it is and what took how long, and serve it where a port is given.

    Raises what `build_site` raises, and UsageError where the port is in use.
    """
    from scripts import console
    from scripts.site.build import build_site

    built = build_site(target, folder if folder.is_absolute() else ROOT / folder, quick=quick)
    console.table(
        "Seconds by part", ["part", "seconds"], [[*each] for each in built.seconds.items()]
    )
    console.say(
        f"Wrote {built.pages:,} pages, {built.size / 1e6:.1f} MB: open {built.index};"
        " no network is needed."
    )
    if port is not None:
        _serve(built.index.parent, port)
    return 0


def _serve(folder: Path, port: int) -> None:
    """Serve a folder to this machine alone, until it is interrupted."""
    from functools import partial
    from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

    from scripts import console

    handler = partial(SimpleHTTPRequestHandler, directory=str(folder))
    try:
        server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    except OSError as error:
        raise UsageError(
            f"Port {port} cannot be served: {error.strerror}.", "Name another with --port."
        ) from None
    console.say(f"Serving http://127.0.0.1:{port}/ to this machine; end it with Ctrl-C.")
    with server:
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            console.say("Ended.")
