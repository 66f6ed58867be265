"""DXF drawings: what CAD keeps of plots and outlines, as polygons where polygons are wanted.

A drawing knows lines, not areas. An outline that closes on itself becomes a polygon; open lines of one CAD layer are
joined, and the faces that they enclose become polygons. What encloses nothing is reported, never dropped in silence.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyogrio
import shapely

from geoplan.errors import near_match
from geoplan.inputs.encoding import decide, known_encoding
from geoplan.inputs.findings import RefusedError, error, note, warning
from geoplan.inputs.raw import Raw, Request, row_labels
from geoplan.inputs.repair import not_finite
from geoplan.inputs.vector import read_frame, unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from geoplan.types import Finding

LAYER, TEXT = "Layer", "Text"
"""GDAL's headers for the CAD layer and for the words of a text entity."""


def read_dxf(request: Request) -> Raw:
    """The entities of a .dxf with `Layer` and `Text`; lines closed into polygons where the role wants polygons.

    `layer` in project.toml names a CAD layer. Coordinates have no CRS: a drawing does not say it.

    Raises:
        RefusedError: no such CAD layer, nothing drawn, or the file cannot be read.
    """
    with _bytes_as_they_are():
        frame, told = read_frame(request, request.path)
    labels = pd.Index(row_labels(range(1, len(frame) + 1)), dtype=object)
    shapes = (
        np.asarray(frame.geometry, dtype=object) if "geometry" in frame else np.full(len(frame), None, dtype=object)
    )
    attributes = pd.DataFrame(frame.drop(columns="geometry", errors="ignore")).astype(object).set_axis(labels)
    attributes, decided = _decoded(request, attributes)
    attributes, shapes = _of_layer(request, attributes, shapes)
    if (lost := not_finite(shapes)).any():
        what = f"{int(lost.sum()):,} entities have coordinates that are no numbers, or beyond any place on Earth."
        fix = "Draw them again, or delete them in the drawing."
        raise RefusedError(error(request.source, "bad-coordinates", what, rows=attributes.index[lost], fix=fix))
    findings = [*told, *decided]
    wanted = set(request.schema.geometry)
    if "polygon" in wanted and "line" not in wanted:
        attributes, shapes, closing = _closed(request, attributes, shapes, keep_points="point" in wanted)
        findings.extend(closing)
    return Raw(attributes, shapes, None, (request.path,), findings=tuple(findings))


@contextmanager
def _bytes_as_they_are() -> Iterator[None]:
    """GDAL maps every byte of the drawing's words to one character: what $DWGCODEPAGE says is often not true."""
    pyogrio.set_gdal_config_options({"DXF_ENCODING": "ISO-8859-1"})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"DXF_ENCODING": None})


def _decoded(request: Request, attributes: pd.DataFrame) -> tuple[pd.DataFrame, list[Finding]]:
    """Words by evidence: as project.toml says, strict UTF-8, else GB18030."""
    texts = [column for column in (LAYER, TEXT) if column in attributes]
    samples = [text for column in texts for cell in attributes[column] if (text := _bytes(cell)) is not None]
    decision = decide(samples)
    declared = request.source.encoding
    encoding = decision.encoding if declared is None else known_encoding(declared)
    if encoding is None:
        told = f"unknown encoding {declared!r}" if declared else f"its text is {decision.because}"
        raise RefusedError(unreadable(request, told))
    try:
        decoded = {column: [_word(cell, encoding) for cell in attributes[column]] for column in texts}
    except UnicodeDecodeError as fault:
        raise RefusedError(unreadable(request, f"its text is not {encoding.upper()}")) from fault
    attributes = attributes.assign(**{column: pd.array(cells, dtype=object) for column, cells in decoded.items()})
    if decision.plain:
        return attributes, []
    because = "as project.toml says" if declared else decision.because
    return attributes, [note(request.source, "encoding", f"Text read as {encoding.upper()}: {because}.")]


def _bytes(cell: object) -> bytes | None:
    """The bytes behind a word; None for a blank, and for one that GDAL decoded already (written as U+5B66)."""
    try:
        return cell.encode("latin-1") if isinstance(cell, str) else None
    except UnicodeEncodeError:
        return None


def _word(cell: object, encoding: str) -> object:
    text = _bytes(cell)
    return cell if text is None else text.decode(encoding)


def _of_layer(
    request: Request, attributes: pd.DataFrame, shapes: NDArray[np.object_]
) -> tuple[pd.DataFrame, NDArray[np.object_]]:
    wanted = request.source.layer
    if wanted is None:
        return attributes, shapes
    names = [str(name) for name in attributes[LAYER].dropna().unique()]
    if wanted not in names:
        raise RefusedError(
            error(
                request.source,
                "missing-layer-in-file",
                f"The drawing has no layer {wanted!r}; it has {', '.join(names)}.{near_match(wanted, names)}",
                fix=f"Set layer to one of them in [layers.{request.source.role}].",
            )
        )
    keep = (attributes[LAYER] == wanted).to_numpy(dtype=bool)
    return attributes[keep], shapes[keep]


def _closed(
    request: Request, attributes: pd.DataFrame, shapes: NDArray[np.object_], *, keep_points: bool
) -> tuple[pd.DataFrame, NDArray[np.object_], list[Finding]]:
    """Polygons from outlines and lines, each with the words that stand in it; points only where the role takes them."""
    kinds = shapely.get_type_id(shapes)
    is_area = np.isin(kinds, (3, 6))
    is_line = np.isin(kinds, (1, 2, 5))
    is_outline = is_line & shapely.is_closed(shapes)
    is_open = is_line & ~is_outline
    outlines = shapes.copy()
    outlines[is_outline] = [_outline(shape) for shape in shapes[is_outline]]
    kept = is_area | is_outline | (keep_points & (kinds == 0))
    faces, face_rows, loose = _faces(attributes, shapes, is_open)
    attributes_all = pd.concat([attributes[kept], face_rows])
    every = np.concatenate([outlines[kept], faces])
    said = [isinstance(word, str) and bool(word.strip()) for word in attributes[TEXT]]
    words = np.array(said, dtype=bool) & (kinds == 0)
    attributes_all = _with_words(attributes_all, every, attributes[TEXT][words], shapes[words])
    findings = _told(request, int(is_outline.sum()), int(is_open.sum()), len(faces), loose)
    return attributes_all, every, findings


def _outline(line: Any) -> Any:  # noqa: ANN401  a closed line or multi-line
    """The area inside; a crossed outline stays crossed, for the repair to report."""
    parts = [shapely.Polygon(part.coords) for part in shapely.get_parts(line) if len(part.coords) >= 4]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def _faces(
    attributes: pd.DataFrame, shapes: NDArray[np.object_], is_open: NDArray[np.bool_]
) -> tuple[NDArray[np.object_], pd.DataFrame, list[str]]:
    """Faces that the open lines of each CAD layer enclose, their rows, and the lines that border none."""
    faces: list[Any] = []
    rows: list[pd.Series[Any]] = []
    loose: list[str] = []
    for name in dict.fromkeys(attributes[LAYER][is_open]):
        own = is_open & (attributes[LAYER] == name).to_numpy(dtype=bool)
        found = shapely.get_parts(shapely.polygonize([shapely.union_all(shapes[own])]))
        edges = shapely.union_all(shapely.boundary(found)) if len(found) else None
        labels = attributes.index[own]
        touching = (
            np.zeros(len(labels), dtype=bool)
            if edges is None
            else shapely.length(shapely.intersection(shapes[own], edges)) > 0
        )
        loose.extend(str(label) for label in labels[~touching])
        for face in found:
            on_it = shapely.length(shapely.intersection(shapes[own], shapely.boundary(face)))
            first = labels[int(np.argmax(on_it))]
            row = attributes.loc[first].copy()
            row.name = f"{first}, face {len(faces) + 1}"
            faces.append(face)
            rows.append(row)
    frame = pd.DataFrame(rows, columns=attributes.columns) if rows else attributes.iloc[:0]
    array = np.empty(len(faces), dtype=object)
    array[:] = faces
    return array, frame, loose


def _with_words(
    attributes: pd.DataFrame, shapes: NDArray[np.object_], words: pd.Series[Any], points: NDArray[np.object_]
) -> pd.DataFrame:
    """`Text` of a polygon is what is written in it, joined by a space."""
    if not len(words) or not len(shapes):
        return attributes
    inside: dict[int, list[str]] = {}
    word_of, polygon_of = shapely.STRtree(shapes).query(points, predicate="intersects")
    for word, polygon in zip(word_of, polygon_of, strict=True):
        if shapely.get_type_id(shapes[polygon]) in {3, 6}:
            inside.setdefault(int(polygon), []).append(str(words.iloc[word]).strip())
    texts = list(attributes[TEXT])
    for polygon, found in inside.items():
        texts[polygon] = " ".join(found)
    return attributes.assign(**{TEXT: pd.Series(texts, index=attributes.index, dtype=object)})


def _told(request: Request, outlines: int, open_lines: int, faces: int, loose: list[str]) -> list[Finding]:
    findings = []
    if outlines or faces:
        what = f"{outlines:,} closed outlines became polygons"
        what += f", and {open_lines:,} open lines were joined into {faces:,} more." if open_lines else "."
        why = "A drawing holds lines; an area is what they enclose."
        findings.append(note(request.source, "lines-closed", what, why=why))
    if loose:
        findings.append(
            warning(
                request.source,
                "lines-not-closed",
                f"{len(loose):,} of {open_lines:,} open lines enclose no area, and are left out.",
                rows=loose,
                why="An outline with a gap is no plot.",
                fix="Close them in CAD, or name the CAD layer that holds the plots: layer = …",
            )
        )
    return findings
