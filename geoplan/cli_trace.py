"""`geoplan trace`: any published number, back to its clause, its files, its rows and its method."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from geoplan.errors import ConfigError, PublishError
from geoplan.terminal import JsonOption, Progress, open_project, print_json, say, table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geoplan.publish.edition import Edition
    from geoplan.publish.figures.figure import Figure

MOST_LISTED = 60


def trace(
    figure: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="Id of a figure, such as primary.walk.before.share.")
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FOLDER]",
            help="A published folder with figures.json, or a project; by default as for other commands.",
            show_default=False,
        ),
    ] = None,
    *,
    like: Annotated[
        str | None, typer.Option("--like", help="List the figures whose id or words hold this text.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Trace a published number: value, clause with file and line, input files, rows, method, where it is printed.

    A published folder is read as it is; a project is computed anew.
    """
    from geoplan.publish.figures import trace as tracing  # noqa: PLC0415  heavy

    if like is not None and folder is None and figure is not None:
        folder = Path(figure)  # with --like the one word that is left is the folder
    if figure is None and like is None:
        raise ConfigError("Which figure? Give its id, or list ids with: geoplan trace --like TEXT")
    document = _document(folder, quiet=as_json)
    if like is not None:
        _list(tracing.like(document, like), as_json=as_json)
        return
    answer = tracing.trace(document, str(figure))
    if folder is not None and tracing.is_published(folder):
        answer = tracing.placed_in(folder, document, answer)
    if as_json:
        print_json(answer)
    else:
        _print(answer)


def _list(found: list[dict[str, str]], *, as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    rows = [(each["id"], each["text"], each["zh"]) for each in found[:MOST_LISTED]]
    table(("编号 id", "数值 value", "含义 what"), rows)
    say(f"{len(found)} figures" + (f", the first {MOST_LISTED} shown" if len(found) > MOST_LISTED else ""))


def _document(folder: Path | None, *, quiet: bool) -> dict[str, Any]:
    """figures.json of a published folder, else the figures of a project, computed now."""
    from geoplan.publish.figures.trace import is_published, read_figures  # noqa: PLC0415  heavy

    if folder is not None and is_published(folder):
        return read_figures(folder)
    from geoplan.editions import edition_of  # noqa: PLC0415  heavy
    from geoplan.publish.figures import figures_document, figures_of  # noqa: PLC0415

    project = open_project(folder)
    with Progress(quiet=quiet) as progress:
        edition = edition_of(project, progress=progress)
    figures = figures_of(edition)
    return figures_document(edition, figures, places=_places(edition, figures))


def _places(edition: Edition, figures: Mapping[str, Figure]) -> dict[str, tuple[str, ...]]:
    """Where the texts and the sheets of the atlas print a figure; without a Chinese font no sheet can be laid out."""
    from geoplan.publish.atlas import places_of, sheets_of  # noqa: PLC0415  heavy
    from geoplan.publish.office import places_in_texts  # noqa: PLC0415

    places = dict(places_in_texts(edition, figures))
    try:
        drawn = places_of(sheets_of(edition, figures=figures))
    except PublishError as error:
        say(f"geoplan: sheets of the atlas are not named: {error}")
        return places
    return places | {key: (*places.get(key, ()), *where) for key, where in drawn.items()}


def _print(answer: dict[str, Any]) -> None:
    print(f"{answer['id']} = {answer['text']} {answer['unit']}".rstrip())
    print(f"{answer['zh']}\n  {answer['en']}")
    print(f"方案版本 plan: {answer['plan']}（{answer['project']}）")
    for clause in answer["clauses"]:
        title = f"《{clause['title']}》" if clause.get("title") else ""
        source, evidence = clause.get("source", ""), clause.get("evidence", "")
        print(f"条文 clause: {clause['id']} {title}{source}（{evidence}）\n  {clause.get('text', '')}")
    for each in answer["inputs"]:
        print(f"资料 input: {each['role']}, {each['rows']:,} rows, {each['file']}\n  sha256 {each['sha256'] or '—'}")
    if answer["rows"]:
        print(f"行 rows: {', '.join(answer['rows'])}")
    print(f"算法 how: {answer['how']['zh']}\n  {answer['how']['en']}")
    for place in answer["printed"]:
        print(f"刊载 printed: {place}")
    if answer["changed"]:
        say("geoplan: figures.json is not the file that manifest.json hashed: it was changed since it was published.")
