"""Shapefiles: whole or cut, their side files, and text whose encoding nobody wrote down.

GDAL is asked for the bytes as they are (Latin-1 maps every byte to one character), and the text is decoded here:
a header or value of Chinese text that the fixed fields of a DBF cut within a character can then still be read.
"""

from __future__ import annotations

import struct
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geoplan.inputs.encoding import Decision, decide, decode, doubt, known_encoding
from geoplan.inputs.findings import RefusedError, encoding_doubtful, error, note
from geoplan.inputs.raw import Raw, Request, row_labels
from geoplan.inputs.vector import crs_of, read_frame, unreadable

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from geoplan.types import Finding

_SIDE_FILES = (".shx", ".dbf", ".prj", ".cpg")
_SAMPLE_VALUES = 20_000
_NAME_BYTES = 10


def read_shapefile(request: Request) -> Raw:
    """A .shp with its .shx and .dbf, text decoded by evidence.

    Raises:
        RefusedError: a side file is missing, the file is cut, or its text fits no encoding.
    """
    path, source = request.path, request.source
    sides = {suffix: side for suffix in _SIDE_FILES if (side := _side_file(path, suffix)) is not None}
    missing = [suffix for suffix in (".shx", ".dbf") if suffix not in sides]
    if missing:
        raise RefusedError(
            error(
                source,
                "missing-file",
                f"The Shapefile has no {' and no '.join(missing)} beside it.",
                why="A Shapefile is several files of the same name.",
                fix="Copy them all, or export the layer as GeoPackage.",
            )
        )
    _refuse_cut(request, sides[".dbf"])
    _refuse_doubled(request, sides[".dbf"])
    frame, told = read_frame(request, path, encoding="ISO-8859-1")
    attributes = pd.DataFrame(frame.drop(columns="geometry", errors="ignore"))
    attributes.index = pd.Index(row_labels(range(1, len(frame) + 1)))
    attributes, findings = _decoded(request, attributes, sides)
    geometry = np.asarray(frame.geometry, dtype=object) if "geometry" in frame else None
    return Raw(attributes, geometry, crs_of(frame), (path, *sides.values()), findings=(*told, *findings))


def _refuse_doubled(request: Request, dbf: Path) -> None:
    """GDAL gives every column of one name the cells of the last; a DBF has two of them only where it was damaged."""
    with dbf.open("rb") as stream:
        head = stream.read(32)
        fields = stream.read(max(struct.unpack("<H", head[8:10])[0] - 32, 0))
    every = [fields[at : at + 11].partition(b"\0")[0] for at in range(0, len(fields) - 31, 32)]
    doubled = [name for name, count in Counter(every).items() if count > 1]
    if doubled:
        shown = ", ".join(name.decode("gb18030", "replace") for name in doubled)
        raise RefusedError(unreadable(request, f"several columns of its .dbf bear the name {shown}"))


def _side_file(path: Path, suffix: str) -> Path | None:
    for candidate in (path.with_suffix(suffix), path.with_suffix(suffix.upper())):
        if candidate.is_file():
            return candidate
    return None


def _refuse_cut(request: Request, dbf: Path) -> None:
    shp = request.path.read_bytes()[:100]
    table = dbf.read_bytes()[:32]
    if len(shp) < 100 or len(table) < 32:
        raise RefusedError(unreadable(request, "it is cut off within its header"))
    declared = struct.unpack(">i", shp[24:28])[0] * 2
    records, header, width = struct.unpack("<IHH", table[4:12])
    for path, expected in ((request.path, declared), (dbf, header + records * width)):
        if (found := path.stat().st_size) < expected:
            what = f"{path.name} is cut off: {found:,} bytes of {expected:,}"
            raise RefusedError(unreadable(request, what))


def _decoded(request: Request, attributes: pd.DataFrame, sides: dict[str, Path]) -> tuple[pd.DataFrame, list[Finding]]:
    texts = [str(column) for column in attributes if _is_text(attributes[column])]
    samples = [column.encode("latin-1") for column in attributes.columns]
    places = ["header"] * len(samples)
    for column in texts:
        values = attributes[column].dropna().iloc[:_SAMPLE_VALUES]
        kept = [(str(label), value) for label, value in values.items() if isinstance(value, str)]
        samples.extend(value.encode("latin-1") for _, value in kept)
        places.extend(label for label, _ in kept)
    decision = _decide(request, samples, sides.get(".cpg"))
    encoding = decision.encoding
    if encoding is None:
        fix = 'Say what it is: encoding = "Big5", or another name.'
        if decision.mixed:
            fix = "Export both parts again, each whole from its own program, and put them together as GeoPackage."
        what = f"Its text is {decision.because}."
        raise RefusedError(error(request.source, "unreadable-file", what, rows=_rows_of(decision, places), fix=fix))
    decoded = attributes.copy()
    for column in texts:
        decoded[column] = pd.Series(
            [_cell(request, column, str(label), value, encoding) for label, value in attributes[column].items()],
            index=attributes.index,
            dtype=object,
        )
    decoded.columns = pd.Index([_cell(request, name, "header", name, encoding) for name in attributes.columns])
    if decision.plain:
        return decoded, []
    findings = [note(request.source, "encoding", f"Text read as {encoding.upper()}: {decision.because}.")]
    if request.source.encoding is not None and (doubtful := doubt(samples, encoding)):
        findings.append(encoding_doubtful(request.source, encoding, doubtful))
    return decoded, findings


def _rows_of(decision: Decision, places: list[str]) -> list[str]:
    return [places[at] for at in decision.mixed or ()]


def _decide(request: Request, samples: Iterable[bytes], cpg: Path | None) -> Decision:
    samples = list(samples)
    if request.source.encoding is not None:
        declared = known_encoding(request.source.encoding)
        if declared is None:
            raise RefusedError(_unknown_encoding(request, request.source.encoding))
        return Decision(declared, "as project.toml says")
    evidence = decide(samples, cut=True)
    if evidence.mixed:
        return evidence
    if cpg is None or evidence.plain:
        return Decision(evidence.encoding, f"there is no .cpg; {evidence.because}", evidence.plain)
    written = cpg.read_text(encoding="ascii", errors="replace").strip()
    named = known_encoding(written)
    if named not in {None, "latin-1"} and _fits(samples, str(named)) and not doubt(samples, str(named)):
        return Decision(named, f"as its .cpg says ({written})")
    return Decision(evidence.encoding, f"its .cpg says {written}, which does not fit; {evidence.because}")


def _fits(samples: Iterable[bytes], encoding: str) -> bool:
    try:
        for sample in samples:
            decode(sample, encoding, cut=True)
    except UnicodeDecodeError:
        return False
    return True


def _cell(request: Request, column: str, label: str, value: object, encoding: str) -> object:
    if not isinstance(value, str):
        return None if pd.isna(value) else value  # type: ignore[call-overload]
    try:
        return decode(value.encode("latin-1"), encoding, cut=True)
    except UnicodeDecodeError as fault:
        name = _readable(column.encode("latin-1"), encoding)
        raise RefusedError(
            error(
                request.source,
                "unreadable-file",
                f"Column {name!r} is not {encoding.upper()}: byte {fault.object[fault.start]:#x} in its text.",
                rows=[label],
                fix="Remove `encoding` from project.toml, or name the true one (usually GBK).",
            )
        ) from fault


def _readable(header: bytes, encoding: str) -> str:
    """A header that can be found again in the file, also where it is not in the encoding that was forced."""
    try:
        return decode(header, encoding, cut=True)
    except UnicodeDecodeError:
        return header.decode(decide([header], cut=True).encoding or encoding, errors="replace")


def _unknown_encoding(request: Request, name: str) -> Finding:
    return error(
        request.source,
        "unknown-encoding",
        f"Unknown encoding {name!r}.",
        fix='Use "UTF-8", "GBK" or "Big5", or leave it out.',
    )


def _is_text(series: pd.Series) -> bool:
    return series.dtype == object or pd.api.types.is_string_dtype(series)
