"""Control points as a planner writes them: in project.toml, or in a table beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoplan.config import LayerConfig
from geoplan.inputs.columns import Match
from geoplan.inputs.degrees import as_degrees
from geoplan.inputs.findings import RefusedError, error
from geoplan.inputs.side_table import read_side_table, side_header, side_schema
from geoplan.inputs.values import cell_text, number

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.config_place import RegistrationConfig
    from geoplan.inputs.raw import Raw
    from geoplan.types import Finding

_HEADERS = {
    "x": ("x", "local_x", "x_local", "本地x", "地方x", "原x", "图上x", "源x", "源坐标x"),
    "y": ("y", "local_y", "y_local", "本地y", "地方y", "原y", "图上y", "源y", "源坐标y"),
    "lon": ("lon", "lng", "longitude", "经度", "东经"),
    "lat": ("lat", "latitude", "纬度", "北纬"),
    "east": ("east", "easting", "e", "东坐标", "目标y", "横坐标", "target_x"),
    "north": ("north", "northing", "n", "北坐标", "目标x", "纵坐标", "target_y"),
    "name": ("name", "id", "point", "点号", "点名", "名称", "编号"),
}
_SCHEMA = side_schema("registration", "控制点", "Control points", _HEADERS, figures=set(_HEADERS) - {"name"})


@dataclass(frozen=True, eq=False)
class ControlPoints:
    """Places known in both systems.

    Attributes:
        names: one a point, for the residuals.
        local: shape (n, 2), in the layer's own units.
        target: shape (n, 2), east and north in `crs`, or longitude and latitude.
        crs: as written in project.toml; None for longitude and latitude.
    """

    names: tuple[str, ...]
    local: NDArray[np.float64]
    target: NDArray[np.float64]
    crs: str | None
    findings: tuple[Finding, ...] = ()


def read_control_points(wanted: RegistrationConfig, source: LayerConfig) -> ControlPoints:
    """The control points of one layer.

    Raises:
        RefusedError: the table is not there, lacks a column, or holds a cell that is no number.
    """
    if wanted.path is None:
        figures = np.array(wanted.points, dtype=np.float64).reshape(-1, 4)
        names = tuple(str(place) for place in range(1, len(figures) + 1))
        return ControlPoints(names, figures[:, :2], figures[:, 2:], wanted.crs)
    table = LayerConfig(source.role, wanted.path.name, place=source.place)
    raw = read_side_table(wanted.path, table, _SCHEMA)
    in_degrees = wanted.crs is None
    local, first = _columns(raw, table, ("x", "y"))
    target, told = _columns(raw, table, ("lon", "lat") if in_degrees else ("east", "north"))
    header = side_header(raw.attributes, _SCHEMA, "name")
    named = tuple(cell_text(cell) for cell in raw.attributes[header]) if header else ()
    shown = named if named and all(named) else tuple(str(label) for label in raw.attributes.index)
    return ControlPoints(shown, local, target, wanted.crs, (*raw.findings, *first, *told))


def _columns(raw: Raw, table: LayerConfig, names: tuple[str, str]) -> tuple[NDArray[np.float64], list[Finding]]:
    ids = [str(label) for label in raw.attributes.index]
    columns, findings = [], []
    for name in names:
        header = side_header(raw.attributes, _SCHEMA, name)
        if header is None:
            raise RefusedError(_missing(raw, table, names))
        match = Match(header, list(raw.attributes[header]))
        if name in {"lon", "lat"}:
            match, told = as_degrees(match, name, ids, table)
            findings.extend(told)
        figures = [number(cell) for cell in match.cells]
        wrong = [key for key, figure in zip(ids, figures, strict=True) if figure is None or np.isnan(figure)]
        if wrong:
            what = f"{len(wrong):,} cells of {header!r} are blank or no numbers."
            raise RefusedError(error(table, "unreadable-registration", what, rows=wrong, fix="Correct these points."))
        columns.append(np.array(figures, dtype=np.float64))
    return np.column_stack(columns), findings


def _missing(raw: Raw, table: LayerConfig, names: tuple[str, str]) -> Finding:
    has = ", ".join(str(header) for header in raw.attributes.columns[:12])
    what = f"The control points have no columns {names[0]} and {names[1]}; the table has {has}."
    fix = (
        "Head the local figures x and y, the true place lon and lat; or east and north with "
        f'registration = {{ points = "{table.path}", crs = "EPSG:4547" }}.'
    )
    return error(table, "unreadable-registration", what, fix=fix)
