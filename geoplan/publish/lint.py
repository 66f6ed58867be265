"""The lint before publishing: what a reader, a law or a child's family would object to, found in the written files.

`geoplan publish --publish` refuses while there is an error; without it `geoplan publish` prints the findings in short,
errors as warnings, and writes all the same. A page with boundaries and without a review number carries a watermark.
"""

from __future__ import annotations

import re
import sqlite3
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING

from geoplan.errors import InputError, MissingExtraError
from geoplan.inputs.raw import Request
from geoplan.inputs.readers import read_raw
from geoplan.inputs.schema import COORDINATES, layer_schemas, read_schema
from geoplan.publish.lint_basis import lint_basis
from geoplan.publish.lint_cells import Cell, cells_of
from geoplan.publish.lint_closings import lint_closings
from geoplan.publish.lint_content import lint_cells
from geoplan.publish.lint_layers import figure_differences
from geoplan.publish.lint_map import lint_map
from geoplan.publish.lint_paper import lint_pictures, lint_printed, not_searched
from geoplan.publish.lint_totals import Stated, differs, lint_totals
from geoplan.types import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import pandas as pd

    from geoplan.config import ProjectConfig
    from geoplan.publish.edition import Edition
    from geoplan.publish.mapfile import MapFile
    from geoplan.rules import RuleBook
    from geoplan.types import Layers

_MAP_KEY = re.compile(
    rb"(?:[?&;]|\\u0026|%26|\btk['\"]?\s*[:=]\s*['\"]?)(?:tk(?:=|%3D))?([0-9a-fA-F]{32})(?![0-9a-fA-F])"
)
_PACKED = {".zip", ".docx", ".xlsx", ".qgz"}
_DRAWN = ("roads", "barriers")
"""Lines under the map: their files are large, no office writes people into them, and none of their columns leaves."""
_TELEPHONE_FROM = 1e10
_ORDER = tuple(Severity)
"""The gravest first."""


def lint_before(map_file: MapFile, config: ProjectConfig, layers: Layers, book: RuleBook) -> tuple[Finding, ...]:
    """What can be told before anything is computed or written: of the map file, project.toml and the input files."""
    return tuple(dict.fromkeys((*lint_map(map_file, config, layers, book), *_lint_inputs(config, layers))))


def lint(edition: Edition, files: Sequence[Path], *, before: Sequence[Finding] | None = None) -> tuple[Finding, ...]:
    """What must be mended before an edition is published, and what should be known.

    Args:
        edition: what the files were made from.
        files: everything that was written, wherever it stands now; read back, not trusted.
        before: from `lint_before`, where it has been asked already.

    Returns:
        Errors first, the map's own before those of files, then warnings and notes; with the file's name, sheet or
        layer, column, and the first rows.
    """
    written = sorted(files, key=lambda path: path.name)
    plan = edition.plan
    found = list(lint_before(edition.map_file, plan.config, plan.layers, plan.book) if before is None else before)
    for path in written:
        found += _lint_file(path, plan.units.counts)
    readable = [path for path in written if not any(_is_unreadable(each, path.name) for each in found)]
    found += lint_totals(plan, readable)
    told = {(each.file, each.rows) for each in found}
    for file, where, what, right, value in figure_differences(edition, readable):
        if (file, (where,)) not in told:  # a place is told once
            found.append(differs(Stated(file, where, ("figures", "", ""), value), what, right))
    found += _lint_sheets(readable)
    found += lint_basis(plan, readable)
    found += lint_closings(edition.closures)
    found += lint_pictures(written)
    return tuple(sorted(dict.fromkeys(found), key=lambda finding: _ORDER.index(finding.severity)))


def as_warnings(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """The same findings with errors as warnings, for a publication that is not refused."""
    return tuple(
        replace(each, severity=Severity.WARNING) if each.severity is Severity.ERROR else each for each in findings
    )


def _is_unreadable(finding: Finding, name: str) -> bool:
    return finding.code == "unreadable" and finding.file == name


def _lint_file(path: Path, counts: str) -> Iterator[Finding]:
    try:
        yield from _lint_key(path)
        yield from lint_cells(cells_of(path), file=path.name, counts=counts)
    except MissingExtraError as error:
        yield not_searched(path, error)
    except (OSError, ValueError, KeyError, sqlite3.Error, zipfile.BadZipFile) as error:
        yield Finding(
            Severity.ERROR,
            "unreadable",
            f"{path.name} cannot be read back: {error}.",
            why="What nobody can read cannot be checked, nor be published.",
            fix="Publish again.",
            file=path.name,
        )


def _lint_sheets(files: Sequence[Path]) -> Iterator[Finding]:
    """Figures that a sheet of the atlas must print, by figures.json, and that its page does not hold."""
    for path, place, figure, text in lint_printed(files):
        yield Finding(
            Severity.ERROR,
            "totals-differ",
            f"{place}：{figure} 应为 {text!r}，该页没有 / expected {text!r}, not found on that page.",
            why="Page, tables, atlas and texts of one publication must state the same totals.",
            fix="Publish all files again from one run; do not edit one of them by hand.",
            file=path.name,
            rows=(place,),
            count=1,
        )


def _lint_key(path: Path) -> Iterator[Finding]:
    """The key of a map service in any part of a file."""
    parts = [path.read_bytes()]
    if path.suffix.lower() in _PACKED:
        with zipfile.ZipFile(path) as package:
            parts = [package.read(name) for name in package.namelist()]
    if any(b"tianditu" in part and _MAP_KEY.search(part) for part in parts):
        yield Finding(
            Severity.ERROR,
            "map-key",
            f"{path.name}：文件中有天地图密钥（tk） / the file holds the key of a map service.",
            why="Whoever opens the file can read the key and use up its quota.",
            fix="Publish without --tianditu-key; keep the online page for your own office.",
            file=path.name,
        )


def _lint_inputs(config: ProjectConfig, layers: Layers) -> Iterator[Finding]:
    """Columns of the input files that look personal: geoplan leaves them out, the office should not have sent them."""
    schemas, coordinates = layer_schemas(config.folder), read_schema(config.folder, COORDINATES)
    for layer in layers.present():
        role = layer.role
        if role in _DRAWN or role not in config.layers:
            continue
        request = Request(
            config.layer_path(role),
            config.layers[role],
            schemas[role],
            coordinates,
            folder=config.folder,
            outside_files=config.outside_files,
        )
        try:
            raw = read_raw(request)
        except (InputError, OSError):
            # it was read when the plan was made, and may be gone since; the plan's own columns still are here
            cells = _cells(role, layer.frame.drop(columns="geometry", errors="ignore"))
        else:
            cells = _cells(role, raw.attributes)
        for finding in lint_cells(cells, file=layer.file, counts="nothing"):
            if finding.code != "small-count":
                yield finding


def _cells(role: str, frame: pd.DataFrame) -> Iterator[Cell]:
    """Headers, texts, and numbers that are long enough to be telephones."""
    for position, head in enumerate(frame.columns):
        name, column = str(head), frame.iloc[:, position]
        yield Cell(role, name, "header", name, is_header=True)
        if column.dtype.kind in "iuf":
            long = column[column >= _TELEPHONE_FROM]
            yield from (Cell(role, name, str(row), int(value)) for row, value in long.items())
        elif column.dtype.kind not in "bM":
            for row, value in zip(frame.index, column, strict=True):
                if isinstance(value, str | int | float) and not isinstance(value, bool):
                    yield Cell(role, name, str(row), value)
