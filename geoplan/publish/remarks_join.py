"""Remarks where they belong: in the project's coordinates, beside the nearest place, in a district, at a school."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoplan.crs import from_lonlat
from geoplan.types import Stage

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from geoplan.demand import Units
    from geoplan.publish.remarks_files import Post, Remark
    from geoplan.types import Layers

OUTSIDE_M = 2_000.0
"""So far beyond the project's districts or people a remark still belongs to it."""


@dataclass(frozen=True)
class Joined:
    """A remark with what it concerns.

    Attributes:
        xy: in the project's CRS, metres; None without a usable position.
        place, district: names of the nearest populated place and of the district; '' outside.
        concerns: school or site that it points at, `P001 某小学`.
        checks: what an office should look at, Chinese and English in one line.
    """

    remark: Remark
    xy: tuple[float, float] | None
    place: str
    district: str
    concerns: str
    checks: tuple[str, ...]


def join_remarks(post: Post, layers: Layers, units: Units, versions: Collection[str]) -> tuple[Joined, ...]:
    """Every remark with what it concerns; what does not fit is noted in the post, nothing is dropped.

    Args:
        post: from `read_remarks`.
        layers: the project's, in its CRS.
        units: its population.
        versions: versions of the plan that were published, as far as the project's folder knows them.
    """
    remarks = post.remarks
    xy = _project_xy(remarks, layers)
    ground = _Ground(layers, units)
    return tuple(_joined(remark, point, ground, post, versions) for remark, point in zip(remarks, xy, strict=True))


def _project_xy(remarks: Sequence[Remark], layers: Layers) -> list[tuple[float, float] | None]:
    placed = [row for row, remark in enumerate(remarks) if remark.at is not None]
    pairs = np.array([remarks[row].at for row in placed], dtype=float).reshape(-1, 2)
    if layers.crs is not None and len(pairs):
        pairs = from_lonlat(layers.crs, pairs[:, ::-1])
    found: list[tuple[float, float] | None] = [None] * len(remarks)
    for row, (x, y) in zip(placed, pairs, strict=True):
        if np.isfinite(x) and np.isfinite(y):
            found[row] = (float(x), float(y))
    return found


class _Ground:
    """What remarks are joined to."""

    def __init__(self, layers: Layers, units: Units) -> None:
        self.units, self.layers = units, layers
        self.places = shapely.STRtree(units.geometry)
        self.districts: NDArray[np.object_] = units.district_shapes
        shapes = self.districts[~shapely.is_missing(self.districts)]
        self.extent = shapely.box(*shapely.total_bounds(shapes if len(shapes) else units.geometry))
        self.names = {
            role: {} if (layer := layers.of(role)) is None else _names(layer.frame) for role in ("schools", "sites")
        }

    def is_outside(self, point: shapely.Point) -> bool:
        return float(shapely.distance(self.extent, point)) > OUTSIDE_M

    def place(self, point: shapely.Point) -> str:
        return self.units.place_name(int(self.places.nearest(point)))

    def district(self, point: shapely.Point) -> str:
        within = np.flatnonzero(shapely.intersects(self.districts, point))
        if len(within):
            return str(self.units.district_names[within[0]])
        row = int(self.units.district[self.places.nearest(point)])
        return str(self.units.district_names[row]) if row >= 0 else ""


def _names(frame: pd.DataFrame) -> dict[str, str]:
    names = frame.get("name", frame.index)
    return {str(key): str(name) for key, name in zip(frame.index, names, strict=True)}


def _joined(
    remark: Remark, xy: tuple[float, float] | None, ground: _Ground, post: Post, versions: Collection[str]
) -> Joined:
    checks = []
    if remark.plan not in versions:
        checks.append("方案版本不明 unknown plan version" if versions else "没有可对照的方案 no published plan at hand")
        if versions:
            what = f"Plan version {remark.plan or '(none)'}; published here: {', '.join(sorted(versions))}."
            fix = "Look which publication it answers before you use it."
            post.note("unknown-plan", what, file=remark.file, row=remark.id, fix=fix)
    place = district = ""
    if remark.at is None:
        checks.append("没有位置 no position")
    elif xy is None or ground.is_outside(shapely.Point(*xy)):
        checks.append("位置在规划范围以外 outside the project's area")
        what = f"{remark.id} lies outside the project's area."
        post.note("outside", what, file=remark.file, row=remark.id, fix="Was it meant for another plan?")
    else:
        place, district = ground.place(shapely.Point(*xy)), ground.district(shapely.Point(*xy))
    concerns, unknown = _concerns(remark, ground)
    if unknown:
        checks.append("所指对象不在项目中 names a school or site that the project does not have")
        what = f"{remark.id} names the {remark.near.kind} {remark.near.id!r}, which the project does not have."
        post.note("unknown-object", what, file=remark.file, row=remark.id)
    return Joined(remark, xy, place, district, concerns, tuple(checks))


def _concerns(remark: Remark, ground: _Ground) -> tuple[str, bool]:
    """The school or site that it points at, and whether the project lacks it."""
    near = remark.near
    known = {"school": ground.names["schools"], "site": ground.names["sites"]}.get(near.kind)
    if known is None:
        return (f"{near.id} {near.name}".strip() if near.kind == "gap" else ""), False
    identifier = near.id
    if identifier not in known:
        # in a text block a blank ends the id: an id that has one goes on in the name
        line = f"{near.id} {near.name}"
        identifier = max(
            (key for key in known if " " in key and f"{line} ".startswith(f"{key} ")), key=len, default=near.id
        )
    name = known.get(identifier)
    # without a layer of sites, candidates are made by the program and stand in no layer
    is_unknown = name is None and bool(known)
    return f"{identifier} {name if name is not None else near.name}".strip(), is_unknown


def stage_zh(stage: str) -> str:
    """`小学 / primary`; '' without a stage."""
    return f"{Stage(stage).zh} / {stage}" if stage else ""
