"""The guard before every reader: is it a file, inside the project, of a size that fits into memory, and harmless?

Nothing is unpacked or parsed before its size is known; a file is never taken for another kind than its name says,
so that no reader that asks the network or runs programs can be reached by renaming a file.
"""

from __future__ import annotations

import gzip
import stat
import zlib
from dataclasses import replace
from pathlib import PurePath
from typing import TYPE_CHECKING

from geoplan.errors import near_match
from geoplan.inputs.findings import RefusedError, error, note
from geoplan.inputs.road_files import check_road_file
from geoplan.inputs.signature import check_signature
from geoplan.inputs.vector import too_large, unreadable
from geoplan.inputs.workbook import check_workbook

if TYPE_CHECKING:
    from pathlib import Path

    from geoplan.inputs.raw import Request
    from geoplan.types import Finding

MB = 1_000_000
MAX_TABLE_BYTES = 200 * MB
"""Of a table as text: read at once, it needs some fifteen times as much memory."""
MAX_TABLE_ROWS = 2_000_000
MAX_TEXT_BYTES = 500 * MB
"""Of GeoJSON, KML, DXF, OSM XML and GraphML, which their readers hold in memory."""
MAX_BYTES = 4_000 * MB
MAX_PART_BYTES = 40_000 * MB
"""Of files that are read in parts (.osm.pbf, GeoTIFF, DuckDB, Parquet): what is taken from them is limited instead."""

_TABLES = (".csv", ".tsv", ".txt")
_TEXTS = (".geojson", ".json", ".kml", ".dxf", ".osm", ".graphml", ".gml", ".gpx", ".mif", ".geojsonl", ".topojson")
_IN_PARTS = (".pbf", ".tif", ".tiff", ".duckdb", ".ddb", ".parquet", ".geoparquet")
_WORKBOOKS = (".xlsx", ".xlsm", ".xls")
_SIDE_FILES = (".shx", ".dbf", ".prj", ".cpg", ".SHX", ".DBF", ".PRJ", ".CPG")
_BLOCK = 1 << 20
_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISSOCK, "a socket"),
)


def admit(request: Request) -> list[Finding]:
    """Refuse what must not be opened; otherwise the notes on what was let in.

    Raises:
        RefusedError: missing-file, outside-project, not-a-file, too-large, encrypted-file, unsafe-file or
            unreadable-file (empty).
    """
    findings = _outside(request, request.path)
    if not _exists(request.path):
        raise RefusedError(_missing(request))
    if request.path.is_dir():
        _check_folder(request)
        return findings
    _check_kind(request)
    _check_size(request)
    name = request.path.name.casefold()
    for suffix in _SIDE_FILES if name.endswith(".shp") else ():
        if (side := request.path.with_suffix(suffix)).is_symlink():
            _outside(request, side.resolve())
    if name.endswith((*_TABLES, ".gz")):
        _check_rows(request)
    elif name.endswith(_WORKBOOKS):
        check_workbook(request)
    else:
        check_signature(request)
        check_road_file(request)
    return findings


def admit_side_tables(request: Request) -> list[Finding]:
    """The same guard before the small tables that a layer names: control points, reference, decisions by hand.

    One that is not there is left to its own reader, who says what it was wanted for.

    Raises:
        RefusedError: as `admit`, and where such a table is neither text nor a workbook.
    """
    findings: list[Finding] = []
    for path in _side_tables(request):
        inside = request.folder is not None and path.is_relative_to(request.folder)
        shown = str(path.relative_to(request.folder)) if inside and request.folder is not None else str(path)
        side = replace(request, path=_resolved(path), source=replace(request.source, path=shown))
        findings += _outside(side, side.path)
        if not _exists(side.path):
            continue
        if not (side.path.is_dir() or side.path.name.casefold().endswith((*_TABLES, *_WORKBOOKS, ".gz"))):
            raise RefusedError(unreadable(side, f"expected a CSV or XLSX, found {side.path.suffix or 'no ending'}"))
        findings += [found for found in admit(side) if found not in findings]
    return findings


def _side_tables(request: Request) -> list[Path]:
    place, locate = request.source.place, request.source.locate
    registration = place.registration.path if place.registration is not None else None
    named = [path for path in (registration, place.reference) if path is not None]
    if locate is not None and locate.settled is not None and request.folder is not None:
        named.append(request.folder / locate.settled)
    return named


def _resolved(path: Path) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError, ValueError):  # a link that leads to itself, a NUL in the name
        return path


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # a name too long, a link that leads to itself, a NUL in the name
        return False


def _missing(request: Request) -> Finding:
    path, source = request.path, request.source
    nearby = [entry.name for entry in path.parent.iterdir()] if _exists(path.parent) and path.parent.is_dir() else []
    return error(
        source,
        "missing-file",
        f"There is no file {source.path}.{near_match(path.name, nearby)}",
        why="Paths are relative to the folder of project.toml.",
        fix=f"Correct path in [layers.{source.role}].",
    )


def _outside(request: Request, path: Path) -> list[Finding]:
    """A file outside the project's folder: only where project.toml says so, or names it by its absolute path."""
    if request.folder is None or path.is_relative_to(request.folder) or request.outside_files is True:
        return []
    source = request.source
    absolute = PurePath(source.path).is_absolute() and path == request.path
    if absolute and request.outside_files is None:
        what = "The file lies outside the project's folder, at the absolute path that project.toml names."
        why = "Whoever is given the folder does not have this file."
        return [note(source, "file-outside-project", what, why=why)]
    raise RefusedError(
        error(
            source,
            "outside-project",
            "The path leads out of the project's folder" + ("." if absolute else ", through .. or a link."),
            why="A project that somebody sends must not reach files that it did not bring.",
            fix="Copy the file into the project's folder; or, if you trust it: [project] outside_files = true.",
        )
    )


def _check_folder(request: Request) -> None:
    """Of folders only a FileGDB is read."""
    path, source = request.path, request.source
    if path.suffix.casefold() == ".gdb":
        tables = [part for part in path.iterdir() if part.name.casefold().endswith(".gdbtable")]
        for part in path.iterdir():
            _outside(request, part.resolve())
        if not tables:
            raise RefusedError(unreadable(request, "the .gdb folder holds no table, it was not copied whole"))
        if (total := sum(part.stat().st_size for part in path.iterdir())) > MAX_BYTES:
            raise RefusedError(too_large(request, f"It has {total / MB:,.0f} MB; {MAX_BYTES / MB:,.0f} are read"))
        return
    inside = ", ".join(sorted(part.name for part in path.iterdir())[:5])
    raise RefusedError(
        error(
            source,
            "not-a-file",
            f"The path is a folder ({inside or 'empty'}), and a file was expected.",
            fix=f"Name the file in it: path in [layers.{source.role}].",
        )
    )


def _check_kind(request: Request) -> None:
    mode = request.path.stat().st_mode
    if stat.S_ISREG(mode):
        return
    kind = next((name for test, name in _KINDS if test(mode)), "no regular file")
    raise RefusedError(
        error(
            request.source,
            "not-a-file",
            f"The path is {kind}, and a file was expected.",
            why="Reading from it may never end.",
            fix=f"Correct path in [layers.{request.source.role}].",
        )
    )


def _check_size(request: Request) -> None:
    size, name = request.path.stat().st_size, request.path.name.casefold()
    if size == 0:
        raise RefusedError(unreadable(request, "it is empty"))
    limits = ((_TABLES, MAX_TABLE_BYTES), (_TEXTS, MAX_TEXT_BYTES), (_IN_PARTS, MAX_PART_BYTES))
    most = next((limit for endings, limit in limits if name.endswith(endings)), MAX_BYTES)
    if size > most:
        raise RefusedError(
            too_large(request, f"It has {size / MB:,.0f} MB; files of this kind are read up to {most / MB:,.0f} MB")
        )


def _check_rows(request: Request) -> None:
    """Lines of a text table, and the size of a compressed one: counted block by block, nothing is kept."""
    packed = request.path.suffix.casefold() == ".gz"
    size = rows = 0
    try:
        with gzip.open(request.path) if packed else request.path.open("rb") as stream:
            while block := stream.read(_BLOCK):
                size += len(block)
                rows += block.count(b"\n")
                if size > MAX_TABLE_BYTES:
                    what = f"Unpacked it has more than {MAX_TABLE_BYTES / MB:,.0f} MB"
                    raise RefusedError(too_large(request, what))
                if rows > MAX_TABLE_ROWS:
                    raise RefusedError(too_large(request, f"It has more than {MAX_TABLE_ROWS:,} rows"))
    except (OSError, EOFError, zlib.error) as fault:
        raise RefusedError(unreadable(request, fault)) from fault
