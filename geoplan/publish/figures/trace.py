"""One figure traced back: what it counts, by which clause, from which files and rows, how, and where it is printed."""

from __future__ import annotations

import json
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from geoplan.errors import PublishError
from geoplan.files import sha256
from geoplan.publish.figures.cells import agrees, printed_cells, spots
from geoplan.publish.figures.collect import FORMAT

if TYPE_CHECKING:
    from pathlib import Path

FIGURES_FILE = "figures.json"
MANIFEST_FILE = "manifest.json"
MOST_NEAR = 5


def is_published(folder: Path) -> bool:
    """True for a folder that holds the figures of an edition."""
    return (folder / FIGURES_FILE).is_file()


def read_figures(folder: Path) -> dict[str, Any]:
    """figures.json of a published folder; under `changed` whether it still is what manifest.json hashed.

    `changed` is None where no manifest tells.

    Raises:
        PublishError: the file cannot be read, or another program wrote it.
    """
    path = folder / FIGURES_FILE
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise PublishError(f"Cannot read {path.name} in {folder.name}: {error}. Publish the set again.") from error
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise PublishError(f"{path.name} in {folder.name} is not of the format {FORMAT}. Publish the set again.")
    return document | {"changed": _is_changed(folder, path)}


def _is_changed(folder: Path, path: Path) -> bool | None:
    try:
        manifest = json.loads((folder / MANIFEST_FILE).read_text(encoding="utf-8"))
        told = manifest["outputs_sha256"][FIGURES_FILE]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return bool(told != sha256(path))


def trace(document: dict[str, Any], identifier: str) -> dict[str, Any]:
    """Everything that is known of one figure, as plain values.

    Args:
        document: from `read_figures` or `figures_document`.
        identifier: the figure's id.

    Raises:
        PublishError: no such figure; the message names the nearest ids.
    """
    figures = document["figures"]
    if identifier not in figures:
        near = get_close_matches(identifier, list(figures), n=MOST_NEAR, cutoff=0.5)
        hint = f" Near it: {', '.join(near)}." if near else ""
        raise PublishError(f"No figure {identifier!r}.{hint} List ids with: geoplan trace --like TEXT")
    figure = figures[identifier]
    method = document["methods"][figure["method"]]
    basis = document["bases"][figure["basis"]]
    clauses = document["clauses"]
    rules = [each for each in figure.get("rule", "").split(", ") if each]
    return {
        "id": identifier,
        "plan": document["plan"],
        "project": document["project"],
        "value": figure["value"],
        "text": figure.get("text", ""),
        "unit": figure.get("unit", ""),
        "zh": figure["zh"],
        "en": figure["en"],
        "clauses": [{"id": each, **clauses.get(each, {})} for each in rules],
        "inputs": [{"role": role, "rows": rows, **_file(document, role)} for role, rows in basis.items()],
        "rows": figure.get("rows", []),
        "how": {"zh": method["zh"], "en": method["en"]},
        "printed": [*method["printed"], *document["printed"].get(identifier, [])],
        "changed": document.get("changed"),
    }


def placed_in(folder: Path, document: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    """The answer with what a published folder really holds: cells of its workbooks, parts of the page if it is there.

    A cell that says something else than the figure is told as such.
    """
    figure = document["figures"][answer["id"]]
    cells = [
        where if agrees(figure["value"], cell, answer["unit"]) else f"{where}，与此不符 differs: {cell}"
        for where, cell in printed_cells(folder, spots(answer["id"], figure))
    ]
    without = ("tables: ",) if any(folder.glob("*.html")) else ("tables: ", "page: ")
    return answer | {"printed": [*cells, *(each for each in answer["printed"] if not each.startswith(without))]}


def _file(document: dict[str, Any], role: str) -> dict[str, str]:
    layer = document["layers"].get(role, {})
    return {"file": layer.get("file", ""), "sha256": layer.get("sha256", "")}


def like(document: dict[str, Any], text: str) -> list[dict[str, str]]:
    """Figures whose id or words hold every word of `text`, by id."""
    wanted = text.casefold().split()
    found = []
    for key, figure in document["figures"].items():
        words = f"{key} {figure['zh']} {figure['en']}".casefold()
        if all(each in words for each in wanted):
            found.append({"id": key, "text": figure.get("text", ""), "zh": figure["zh"], "en": figure["en"]})
    return found
