"""dbt's own documentation as one file of the site, and the page that leads into it.

The static form of `dbt docs generate` carries the moment it was made, folders of this machine, and
a picture that is not there: hence it is put together here, from the files dbt writes beside it.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from scripts.dbt_runner import run_dbt
from scripts.errors import KvError
from scripts.private_file import write_private
from scripts.settings import ENTITIES, ROOT, Target
from scripts.site.markup import Html, code, paragraph, prose, table

FILE = "lineage-of-dbt.html"
_ICON = '<link rel="shortcut icon" href="${require(\'./assets/favicons/favicon.ico\')}"/>'
# Pictures are asked for before the page has filled in their names: for some that do not exist.
_EARLY, _LATE = ' xlink:href="{{', ' ng-attr-xlink:href="{{'
# Of the moment and the machine: the site of a run is the same wherever and whenever it is made.
_MOMENTS = frozenset(
    {"generated_at", "invocation_started_at", "run_started_at", "created_at", "user_id"}
)
_PLACES = frozenset({"compiled_path", "build_path", "root_path"})
_LAYERS = {
    "staging": "the one reading of the store; JSON to text",
    "typed": "types and the rules of a row alone",
    "verdict": "the rules that need other rows, and the verdict",
    "ledger": "every key with its class, rejects, changes, leftovers, the gate",
    "final": "the six tables",
    "roundtrip": "every document, rebuilt from the tables",
}
# dbt's page knows of no other.
_BACK = (
    '<a href="index.html" style="position:fixed;left:12px;bottom:12px;z-index:9999;background:#fff;'
    "color:#0b57a4;border:1px solid #0b57a4;border-radius:4px;padding:4px 10px;font:14px"
    ' sans-serif">Back to the site</a>'
)
# Lists whose order dbt leaves to chance.
_MAPS = ("parent_map", "child_map", "group_map")


def write_lineage(target: Target, folder: Path) -> dict[str, Any]:
    """Let dbt document project and catalog, put its page into the site, and give its manifest.

    Raises KvError where dbt fails, or its page has no place for the data: another version of it.
    """
    result = run_dbt(target, ["docs", "generate", "--static"])
    if not result.success:
        raise KvError(f"dbt could not write the documentation: {result.error}")
    written = Path(os.environ.get("DBT_TARGET_PATH", ROOT / "target"))
    page = (written / "index.html").read_text(encoding="utf-8")
    page = page.replace(_ICON, "").replace(_EARLY, _LATE)
    read = {name: _read(written / f"{name}.json") for name in ("manifest", "catalog")}
    for name, content in read.items():
        place = f'"{name.upper()}.JSON INLINE DATA"'
        if page.count(place) != 1:
            raise KvError("This version of dbt has another page.", "Install the locked versions.")
        text = json.dumps(content, separators=(",", ":"), sort_keys=True)
        # The text of a model may end a script element before its time.
        page = page.replace(place, text.replace("</", "<\\/"))
    before, _, after = page.rpartition("</body>")
    write_private(folder / FILE, f"{before}{_BACK}</body>{after}")
    return read["manifest"]


def _read(path: Path) -> dict[str, Any]:
    """Read one of dbt's files without what belongs to this call or this machine."""
    text = path.read_text(encoding="utf-8")
    # The number of the call stands in compiled SQL as well, in the place of that of a run.
    content: dict[str, Any] = json.loads(
        text.replace(json.loads(text)["metadata"]["invocation_id"], "")
    )
    _clean(content)
    for name in _MAPS:
        for members in content.get(name, {}).values():
            members.sort()
    return content


def _clean(content: object) -> None:
    for key, value in content.items() if isinstance(content, dict) else ():
        if key in _MOMENTS and not isinstance(value, (dict, list)):
            content[key] = 0 if isinstance(value, (int, float)) else ""  # type: ignore[index]
        elif key in _PLACES:
            content[key] = None  # type: ignore[index]
        else:
            _clean(value)
    for value in content if isinstance(content, list) else ():
        _clean(value)


def lineage_page(manifest: dict[str, Any]) -> str:
    """Make the page that leads into dbt's: its overview, its graph, every model by its layer."""
    models = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    return "".join(
        (
            paragraph(
                "How the models follow from one another is drawn by dbt: every model with its"
                " description, columns, tests and SQL."
            ),
            f'<p><a href="{FILE}#!/overview">Open dbt\'s documentation</a>, or '
            f'<a href="{FILE}#!/overview?g_v=1">its lineage graph at once</a>.'
            " It is one page and needs no network.</p>",
            *(
                table(
                    f"{layer.capitalize()}: {meaning}",
                    ("model", "what it is", "reads"),
                    [_row(model) for model in _sorted(models, layer)],
                )
                for layer, meaning in _LAYERS.items()
            ),
        )
    )


def _sorted(models: list[dict[str, Any]], layer: str) -> list[dict[str, Any]]:
    """Give the models of a layer by name, those of an entity in the order of the entities."""
    found = [model for model in models if model["fqn"][1] == layer]

    def place(model: dict[str, Any]) -> tuple[int, str]:
        name = str(model["name"])
        entity = next((entity for entity in ENTITIES if name.endswith(entity)), "")
        return (ENTITIES.index(entity) if entity else len(ENTITIES), name)

    return sorted(found, key=place)


def _row(model: dict[str, Any]) -> tuple[object, ...]:
    parents = (name.rpartition(".")[2] for name in model["depends_on"]["nodes"])
    return (
        Html(f'<a href="{FILE}#!/model/{model["unique_id"]}">{code(model["name"])}</a>'),
        prose(" ".join(model["description"].split())),
        Html(", ".join(map(code, dict.fromkeys(parents)))),
    )
