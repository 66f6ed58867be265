"""Rows of totals held against the rows that they sum up."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from geoplan.inputs.figures import bare
from geoplan.inputs.findings import note, warning
from geoplan.inputs.grid import row_label
from geoplan.inputs.headers import header_key
from geoplan.inputs.values import cell_text, number

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from geoplan.inputs.grid import Row
    from geoplan.inputs.layer_schema import ColumnSchema, LayerSchema
    from geoplan.inputs.raw import Request
    from geoplan.inputs.roster_header import Header
    from geoplan.types import Finding

    Sums = NDArray[np.float64]

_ADD_UP = {"people", "seats", "classes", "beds", "m2"}
_NO_SUM = {"largest_class"}
_BY_CODE = ("districts", "population")
_CODE_HEADERS = {"区划代码", "行政区划代码", "行政代码", "统计用区划代码", "区划码", "adcode", "district_adcode", "gb"}
"""Only what is called a code of an area: other ids may end in 00 as well."""
_CODE = re.compile(r"(?P<city>[1-8]\d{3})(?P<county>\d{2})(?:0{6})?(?:\.0)?")
_TOLERANCE = 1e-6
_SAMPLES = 5


def whole_areas(
    header: Header, cells: Mapping[int, Sequence[object]], schema: LayerSchema
) -> dict[int, tuple[int, ...]]:
    """Rows of a province (130000) or city (130500) beside its counties (130502 …): position → positions of these.

    Only among districts and population, where all of them would count twice.
    """
    if schema.role not in _BY_CODE:
        return {}
    column = next((at for at, name in enumerate(header.names) if header_key(name) in _CODE_HEADERS), None)
    if column is None:
        return {}
    wholes: dict[str, list[int]] = defaultdict(list)
    counties: dict[str, list[int]] = defaultdict(list)
    city = ""
    for position, row in cells.items():
        code = cell_text(row[column])
        match = _CODE.fullmatch(code)
        if match is not None:
            city = match["city"]
        if match is not None and match["county"] == "00":
            wholes[city.removesuffix("00")].append(position)
        elif (match is not None or not code) and city:
            # a zone without a code of its own stands among the city's counties
            counties[city].append(position)
            counties[city[:2]].append(position)
    return {
        found[0]: tuple(counties[area]) for area, found in wholes.items() if len(found) == 1 and len(counties[area]) > 1
    }


def check_totals(
    header: Header,
    cells: Mapping[int, Sequence[object]],
    totals: Mapping[int, tuple[Row | Sequence[object], tuple[int, ...]]],
    request: Request,
) -> list[Finding]:
    """A note where every total equals its rows, a warning for each one that does not.

    A total without known parts is held against all rows above it, against those since the total before it (小计),
    and against all rows below it; it agrees when it equals one of the three.

    Args:
        cells: position → cells of the rows of data.
        totals: position → cells of a total, and the positions of its parts where they are known.
    """
    columns = _columns(header, request)
    rows = sorted(cells)
    figures = np.array([[_figure(cells[row], at, column) for at, column in columns.items()] for row in rows])
    if not columns or not rows:
        return []
    running = np.vstack([np.zeros(len(columns)), np.cumsum(np.nan_to_num(figures), axis=0)])
    agree, since = 0, 0
    findings = []
    for position in sorted(totals):
        row, parts = totals[position]
        here = int(np.searchsorted(rows, position))
        sums = [running[here], running[here] - running[since], running[-1] - running[here]]
        if parts:
            sums = [np.nansum(figures[np.searchsorted(rows, parts)], axis=0)]
        else:
            since = here
        said = np.array([_figure(row, at, column) for at, column in columns.items()])
        names = [header.names[at] for at in columns]
        differing = list(_differing(names, said, sums))
        agree += int(np.isfinite(said).sum()) - len(differing)
        if differing:
            findings.append(_differs(position, _label(header, row, request), differing, request))
    if agree and not findings:
        what = f"{len(totals):,} rows of totals equal the sum of their rows in {agree:,} figures."
        findings.append(note(request.source, "total-agrees", what, rows=map(row_label, totals)))
    return findings


def _columns(header: Header, request: Request) -> dict[int, ColumnSchema]:
    """Columns of figures that add up, by position."""
    known = {
        header_key(name): column
        for column in reversed(list(request.schema.columns.values()))
        if column.type == "number" and column.unit in _ADD_UP and column.name not in _NO_SUM
        for name in column.names
    }
    return {at: known[key] for at, name in enumerate(header.names) if (key := header_key(name)) in known}


def _figure(row: Sequence[object], at: int, column: ColumnSchema) -> float:
    figure = number(bare(row[at], column)) if at < len(row) else None
    return math.nan if figure is None else figure


def _differing(names: Sequence[str], said: Sums, sums: Sequence[Sums]) -> Iterable[str]:
    for at, name in enumerate(names):
        if math.isnan(said[at]):
            continue
        nearest = min((float(each[at]) for each in sums), key=lambda total: abs(total - said[at]))
        if abs(nearest - said[at]) > _TOLERANCE * max(1.0, abs(said[at])):
            difference = nearest - said[at]
            yield f"{name} says {said[at]:,.10g}, the rows add up to {nearest:,.10g} ({difference:+,.10g})"


def _label(header: Header, row: Sequence[object], request: Request) -> str:
    """What the row of totals calls itself: its name, else its first word."""
    columns = request.schema.columns
    wanted = {header_key(name) for each in ("name", "district") if each in columns for name in columns[each].names}
    words = [
        (header.names[at], text) for at, cell in enumerate(row) if (text := cell_text(cell)) and number(cell) is None
    ]
    named = [text for name, text in words if header_key(name) in wanted]
    return next(iter([*named, *(text for _, text in words)]), "total")


def _differs(position: int, label: str, differing: Sequence[str], request: Request) -> Finding:
    more = f" and {len(differing) - _SAMPLES} more" if len(differing) > _SAMPLES else ""
    return warning(
        request.source,
        "total-differs",
        f"{label}: {'; '.join(differing[:_SAMPLES])}{more}.",
        rows=[row_label(position)],
        why="A row is missing or twice in the table, a figure is wrong, or the total is of another day.",
        fix="Ask whoever keeps the table; the rows count, the total does not.",
    )
