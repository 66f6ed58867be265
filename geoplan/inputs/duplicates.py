"""The same thing twice: one shape in two rows, points in one place, schools of one name next to each other."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from geoplan.inputs.findings import note, warning
from geoplan.inputs.geometry import families
from geoplan.inputs.values import fold

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from geoplan.inputs.draft import Draft
    from geoplan.types import Finding

    Figures = NDArray[np.float64]
    Labels = NDArray[np.int64]

SAME_PLACE_M = 1.0
SAME_SCHOOL_M = 200.0
_POINTS = ("schools", "sites", "population", "estates", "premises")
_AREAS = ("districts", "population", "estates", "parcels", "premises")
_SHOWN = 3
_SIGNS = re.compile(r"[\W_]+")


def check_duplicates(drafts: Mapping[str, Draft]) -> list[Finding]:
    """All checks of this module over the layers at hand, in metres.

    Zones are left out: one polygon may stand there for each school and stage. So are stops, roads and barriers, which
    meet by nature.
    """
    findings: list[Finding] = []
    for role in _AREAS:
        if role in drafts:
            findings.extend(same_shapes(drafts[role]))
    if "schools" in drafts:
        findings.extend(same_schools(drafts["schools"]))
    for role in _POINTS:
        if role in drafts:
            findings.extend(same_places(drafts[role]))
    return findings


def clusters(xy: Figures, key: Labels, within_m: float) -> Labels:
    """Which rows of equal key stand together: a label for each, counted from 0.

    Rows closer than `within_m` belong together, and chains of them. Every row of a cell of half that side is taken
    with the first of the cell, so that a layer whose points all stand in one spot does not ask n² pairs.

    Args:
        xy: metres, shape (n, 2), finite.
        key: rows of different keys never stand together, shape (n,).
        within_m: above 0.
    """
    cell = np.column_stack([np.floor(xy / (within_m / 2)), key])
    _, first, cell_of = np.unique(cell, axis=0, return_index=True, return_inverse=True)
    cell_of = cell_of.reshape(-1)
    # keys as a third coordinate, farther apart than any two rows that may meet
    apart = np.unique(key[first], return_inverse=True)[1] * (4.0 * within_m)
    pairs = cKDTree(np.column_stack([xy[first], apart])).query_pairs(within_m, output_type="ndarray")
    one, other = pairs.reshape(-1, 2).T
    graph = coo_array((np.ones(len(one), dtype=bool), (one, other)), shape=(len(first), len(first)))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)[cell_of]


def same_shapes(layer: Draft) -> list[Finding]:
    """Areas that are drawn twice, to the last vertex; plots of two years are one plot."""
    rows = np.flatnonzero(families(layer.geometry) == "polygon")
    boxes = np.round(shapely.bounds(layer.geometry[rows]), 2)
    _, box_of, count_of = np.unique(boxes, axis=0, return_inverse=True, return_counts=True)
    rows = rows[(count_of > 1)[box_of.reshape(-1)]]  # comparing vertices only where the extents are the same
    if len(rows) < 2:
        return []
    rounded = shapely.transform(layer.geometry[rows], lambda xy: np.round(xy, 3))
    drawn = shapely.to_wkb(shapely.normalize(rounded))
    years = layer.frame["year"].to_numpy()[rows] if "year" in layer.frame else np.zeros(len(rows))
    label = _labels([f"{year}".encode() + shape for year, shape in zip(years, drawn, strict=True)])
    groups = _groups(layer, rows, label)
    if not groups:
        return []
    count = sum(len(group) for group in groups)
    what = f"{count:,} rows share {len(groups):,} polygons: the same area stands in several rows."
    why = "What lies there counts more than once, or for the first row only."
    fix = "Keep one row for each area."
    return [warning(layer.source, "duplicate-geometry", what, rows=_joined(groups), why=why, fix=fix)]


def same_schools(schools: Draft) -> list[Finding]:
    """Schools of the same name and a stage in common within 200 m; a campus in the name keeps them apart."""
    rows = _placed(schools)
    names = [_SIGNS.sub("", fold(str(name))) for name in schools.frame["name"].iloc[rows]]
    stages = [set(each) or {""} for each in schools.frame["stages"].iloc[rows]]
    asked = [(row, name, stage) for row, name, many in zip(rows, names, stages, strict=True) if name for stage in many]
    if not asked:
        return []
    place = np.array([row for row, _, _ in asked], dtype=np.int64)
    key = _labels([(name, stage) for _, name, stage in asked])
    groups = _groups(schools, place, clusters(_xy(schools, place), key, SAME_SCHOOL_M))
    groups = list(dict.fromkeys(groups))
    if not groups:
        return []
    count = len({each for group in groups for each in group})
    what = f"{count:,} schools bear the name of another one within {SAME_SCHOOL_M:g} m that serves the same stage."
    why = "A school that stands twice offers its seats twice."
    fix = "Keep one row, or write the campus (校区) into the name."
    return [warning(schools.source, "duplicate-school", what, rows=_joined(groups), why=why, fix=fix)]


def same_places(layer: Draft) -> list[Finding]:
    """Rows within 1 m of one another under different ids: often an address found only as the middle of its town.

    People that are spread by the program itself share points by intention and are not asked.
    """
    if layer.source.spread is not None:
        return []
    rows = _placed(layer)
    if len(rows) < 2:
        return []
    label = clusters(_xy(layer, rows), np.zeros(len(rows), dtype=np.int64), SAME_PLACE_M)
    groups = _groups(layer, rows, label)
    if not groups:
        return []
    count, most = sum(len(group) for group in groups), max(len(group) for group in groups)
    what = (
        f"{count:,} of {len(rows):,} rows stand within {SAME_PLACE_M:g} m of another one, in {len(groups):,} places; "
        f"{most:,} rows share the fullest."
    )
    why = "A whole town in one point comes from addresses that a map service found only as the town's middle."
    if layer.source.role == "schools":
        why += " Two schools of one stage may be one school under two names."
    return [note(layer.source, "same-place", what, rows=_joined(groups), why=why)]


def _placed(layer: Draft) -> Labels:
    """Positions of the rows that are a point."""
    return np.flatnonzero(families(layer.geometry) == "point")


def _xy(layer: Draft, rows: Labels) -> Figures:
    return shapely.get_coordinates(shapely.point_on_surface(layer.geometry[rows]))


def _labels(keys: list[bytes] | list[tuple[str, str]]) -> Labels:
    known: dict[object, int] = {}
    return np.array([known.setdefault(key, len(known)) for key in keys], dtype=np.int64)


def _groups(layer: Draft, rows: Labels, label: Labels) -> list[tuple[str, ...]]:
    """Ids of the rows that share a label with another one, the largest group first."""
    ids = layer.frame.index
    many = np.flatnonzero((np.bincount(label) > 1)[label]) if len(label) else np.zeros(0, dtype=np.int64)
    found: dict[int, list[str]] = {}
    for nth in many:
        found.setdefault(int(label[nth]), []).append(str(ids[rows[nth]]))
    return sorted((tuple(dict.fromkeys(group)) for group in found.values()), key=lambda group: -len(group))


def _joined(groups: list[tuple[str, ...]]) -> list[str]:
    """`s1 and s2` of each group."""
    return [" and ".join(group[:_SHOWN]) + (" …" if len(group) > _SHOWN else "") for group in groups]
