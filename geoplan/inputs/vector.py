"""GeoPackage, GeoJSON and whatever else GDAL opens: one layer of a file as `Raw`."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError
from pyproj import CRS
from pyproj.exceptions import CRSError
from shapely.errors import GEOSException

from geoplan.errors import near_match
from geoplan.files import interrupts_held_back
from geoplan.inputs.encoding import decide, known_encoding
from geoplan.inputs.findings import RefusedError, error, note
from geoplan.inputs.first_bytes import kind_of
from geoplan.inputs.raw import Raw, Request, row_labels

if TYPE_CHECKING:
    from pathlib import Path

    from geoplan.types import Finding

GDAL_FAULTS = (
    DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError, ValueError, IndexError, CRSError,
    GEOSException, UnboundLocalError,
)  # fmt: skip
"""What pyogrio raises on files that were cut or changed; IndexError where a file has fewer features than it says,
UnboundLocalError of its own where a .prj cannot be written as WKT."""
MAX_ROWS = 4_000_000
"""Of one layer: more are refused before memory runs out."""
_TEXT_SUFFIXES = {".geojson", ".json"}
_EXPORT_AGAIN = "Copy or export it again; GeoPackage, GeoJSON, Shapefile, KML, CSV, XLSX, .osm.pbf and more are read."


def read_vector(request: Request) -> Raw:
    """One layer of a GeoPackage, GeoJSON, KML, … ; the index is `row 1` for the first feature.

    Raises:
        RefusedError: no such layer, several and none chosen, or GDAL cannot read the file.
    """
    data, findings = _data(request)
    names = layer_names(request, data)
    layer, chosen = choose_layer(request, names)
    frame, told = read_frame(request, data, layer=layer)
    geometry = None
    if "geometry" in frame.columns and hasattr(frame, "geometry"):
        geometry = np.asarray(frame.geometry, dtype=object)
        attributes = pd.DataFrame(frame.drop(columns="geometry"))
    else:
        attributes = pd.DataFrame(frame)
    attributes.index = pd.Index(row_labels(range(1, len(frame) + 1)))
    return Raw(attributes, geometry, crs_of(frame), _files(request.path), findings=(*findings, *chosen, *told))


def layer_names(request: Request, data: Any) -> list[str]:  # noqa: ANN401  a path or bytes
    """The layers of a file; what GDAL warns of here it repeats when a layer is read.

    Raises:
        RefusedError: GDAL cannot open it.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return [str(name) for name, _ in pyogrio.list_layers(data)]
        except GDAL_FAULTS as fault:
            raise RefusedError(unreadable(request, fault)) from fault


def read_frame(request: Request, data: Any, **options: Any) -> tuple[Any, list[Finding]]:  # noqa: ANN401
    """`pyogrio.read_dataframe`, with GDAL's own warnings as notes.

    Raises:
        RefusedError: GDAL cannot read it, or it has more than `MAX_ROWS` rows.
    """
    # pyogrio drops a Ctrl-C that arrives while it checks GDAL's pointers
    with interrupts_held_back(), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            frame = pyogrio.read_dataframe(data, max_features=MAX_ROWS + 1, **options)
        except GDAL_FAULTS as fault:
            raise RefusedError(unreadable(request, fault)) from fault
    check_count(request, len(frame))
    said = dict.fromkeys(str(warning.message) for warning in caught)
    return frame, [note(request.source, "gdal-says", f"GDAL says: {text}") for text in said]


def _files(path: Path) -> tuple[Path, ...]:
    """The file, or what a folder such as a .gdb holds."""
    return (path,) if path.is_file() else tuple(sorted(part for part in path.rglob("*") if part.is_file()))


def crs_of(frame: Any) -> CRS | None:  # noqa: ANN401  a GeoDataFrame, or a plain one for a table without geometry
    """The CRS of a frame as read; None for a plain table, and for one that says `unknown`."""
    crs = getattr(frame, "crs", None)
    if crs is None:
        return None
    crs = CRS.from_user_input(crs)
    return None if crs.is_engineering or "unknown" in crs.name.casefold() or "undefined" in crs.name.casefold() else crs


def check_count(request: Request, rows: int) -> None:
    """Refuse a layer of more rows than memory holds.

    Raises:
        RefusedError: too-large.
    """
    if rows > MAX_ROWS:
        raise RefusedError(too_large(request, f"It has more than {MAX_ROWS:,} rows"))


def too_large(request: Request, what: str) -> Finding:
    """The error for a file that would not fit into memory."""
    return error(
        request.source,
        "too-large",
        f"{what}.",
        why="Reading it could use up the computer's memory.",
        fix="Cut it to the planning area and to the columns and rows that are needed, or save it as GeoPackage.",
    )


def unreadable(request: Request, fault: object) -> Finding:
    """The finding for a file that its reader gave up on."""
    told = str(fault).split(";", maxsplit=1)[0].replace(str(request.path), request.source.path)
    told = told.replace("; It might help to specify the correct driver explicitly", "")
    really = kind_of(request.path)
    why, fix = "It is empty, cut off, or no geodata file.", _EXPORT_AGAIN
    if really is not None:
        why, fix = f"It begins as {really.what}.", really.fix
    return error(request.source, "unreadable-file", f"The file cannot be read: {told.rstrip('.')}.", why=why, fix=fix)


def _data(request: Request) -> tuple[Any, list[Finding]]:
    """The path, or for text that is not UTF-8 its bytes turned into UTF-8."""
    if request.path.suffix.casefold() not in _TEXT_SUFFIXES:
        return request.path, []
    content = request.path.read_bytes()
    if b"\\u0000" in content:
        raise RefusedError(unreadable(request, "a text in it holds \\u0000, where GDAL would cut it without a word"))
    decision = decide([content])
    if decision.encoding == "gb18030":
        decision = decide(content.split(b'"'))  # one text after the other: parts of it may be UTF-8
    named = known_encoding(request.source.encoding) if request.source.encoding else None
    encoding = named or decision.encoding
    if encoding is None:
        raise RefusedError(unreadable(request, f"its text is {decision.because}"))
    if named is None and encoding in {"utf-8", "utf-8-sig"}:
        return request.path, []
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as fault:
        raise RefusedError(unreadable(request, f"it is not {encoding.upper()}")) from fault
    because = "as project.toml says" if named else decision.because
    return text.encode("utf-8"), [note(request.source, "encoding", f"Text read as {encoding.upper()}: {because}.")]


def choose_layer(request: Request, names: list[str]) -> tuple[str | None, list[Finding]]:
    """The layer to read: the one that project.toml names, the only one, or the one named like the role.

    Raises:
        RefusedError: missing-layer-in-file, with the list.
    """
    source = request.source
    known = ", ".join(names)
    if source.layer is not None:
        if source.layer in names:
            return source.layer, []
        raise RefusedError(
            error(
                source,
                "missing-layer-in-file",
                f"The file has no layer {source.layer!r}; it has {known}.{near_match(source.layer, names)}",
                fix=f"Set layer to one of them in [layers.{source.role}].",
            )
        )
    if len(names) <= 1:
        return None, []
    if source.role in names:
        return source.role, [
            note(source, "layer-chosen", f"Of the layers {known} the one named {source.role!r} is read.")
        ]
    raise RefusedError(
        error(
            source,
            "missing-layer-in-file",
            f"The file has several layers: {known}.",
            fix=f'Say which: layer = "{names[0]}" in [layers.{source.role}].',
        )
    )
