"""Rows of a database as `Raw`: plain cells, the geometry column by its type, a hash of what was read."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from geoplan.errors import near_match
from geoplan.inputs.findings import RefusedError, error, note
from geoplan.inputs.raw import Raw, Request, row_labels
from geoplan.inputs.vector import unreadable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pyproj import CRS

    from geoplan.types import Finding


def raw_of_rows(
    request: Request,
    names: Sequence[str],
    rows: Sequence[Sequence[Any]],
    geometry: str | None,
    *,
    crs: CRS | None,
    files: tuple[Path, ...] = (),
) -> Raw:
    """The answer of a query; the note holds a hash of it, for a database has no file to hash.

    Args:
        names: the columns of the answer; of repeated ones the later get a number.
        geometry: the column that holds WKB (bytes or hex), or None for a table.
        crs: of the geometry.

    Raises:
        RefusedError: the geometry cannot be understood.
    """
    digest = hashlib.sha256()
    for row in rows:
        digest.update(repr([bytes(cell) if isinstance(cell, memoryview) else cell for cell in row]).encode())
    headers = [name if name not in names[:at] else f"{name} ({at + 1})" for at, name in enumerate(names)]
    labels = pd.Index(row_labels(range(1, len(rows) + 1)), dtype=object)
    cells = {header: [_plain(row[at]) for row in rows] for at, header in enumerate(headers) if header != geometry}
    frame = pd.DataFrame(cells, index=labels, dtype=object)
    shapes = None
    if geometry is not None:
        position = headers.index(geometry)
        try:
            found = shapely.from_wkb([_wkb(row[position]) for row in rows])
        except (shapely.GEOSException, TypeError, ValueError) as fault:
            raise RefusedError(unreadable(request, f"column {geometry!r} holds no geometry ({fault})")) from fault
        shapes = np.empty(len(rows), dtype=object)
        shapes[:] = list(found)
    what = f"{len(rows):,} rows, {len(names):,} columns; sha256 of the answer {digest.hexdigest()}."
    why = "A database changes; the hash tells whether a later run read the same."
    told = note(request.source, "database-read", what, why=why)
    return Raw(frame, shapes, crs, files, findings=(told,))


def no_such_table(request: Request, wanted: str | None, known: Sequence[str]) -> Finding:
    """The error for a database table that is not named or not there."""
    shown = ", ".join(known[:20]) or "none that may be read"
    what = f"The database has no table {wanted!r}; it has {shown}." if wanted else f"Which table? There are: {shown}."
    example = known[0] if known else "schema.table"
    return error(
        request.source,
        "missing-layer-in-file",
        what + (near_match(wanted, known) if wanted else ""),
        fix=f'Set layer = "{example}" in [layers.{request.source.role}], or sql = "SELECT …".',
    )


def bad_query(request: Request, fault: object) -> Finding:
    """The error for what the database itself refused; its first line."""
    told = str(fault).strip().splitlines()
    return error(
        request.source,
        "database-refused",
        f"The database says: {told[0] if told else 'nothing'}",
        why="Only one SELECT is run, in a transaction that cannot write.",
        fix=f"Correct layer or sql in [layers.{request.source.role}].",
    )


def _wkb(cell: Any) -> bytes | str | None:  # noqa: ANN401  what the driver gives
    return cell if cell is None or isinstance(cell, str) else bytes(cell)


def _plain(cell: object) -> object:
    """What the cells of a file could be: numbers and text; dates and lists as their text."""
    if isinstance(cell, Decimal):
        return float(cell)
    if cell is None or isinstance(cell, str | int | float | bool):
        return cell
    if isinstance(cell, list | tuple | set):
        return "、".join(str(part) for part in cell)
    return str(cell)
