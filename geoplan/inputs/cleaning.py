"""Districts made one clean coverage on request: overlaps given to one side, narrow gaps closed, shared lines the same.

`clean = true` in `[layers.districts]` asks for it; nothing is cleaned unasked. What it changed is reported by
district, with the ground gained and lost, and with the people and schools that belong to another district afterwards.

References:
    GEOS `CoverageCleaner` (3.14), by `shapely.coverage_clean` (2.2): overlaps go to the neighbour with the longest
    common border, gaps into which no circle wider than the given width fits are merged in the same way.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoplan.inputs import topology
from geoplan.inputs.findings import error, note, warning
from geoplan.inputs.homes import home_district
from geoplan.inputs.topology_checks import area_text, labels

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.config_checks import CleanConfig
    from geoplan.inputs.draft import Draft
    from geoplan.types import Finding

    Shapes = NDArray[np.object_]
    Figures = NDArray[np.float64]

_NEEDED = (3, 14, 0)
_LEAST_M2 = 0.5
_SHOWN = 5
_PASSES = 5
_JOINED = ("population", "schools")


@dataclass(frozen=True, eq=False)
class Cleaned:
    """Areas before and after cleaning, in square metres.

    Attributes:
        shapes: the clean areas, shape (n,); None and empty ones as they were.
        before_m2, after_m2: of each area.
        union_before_m2, union_after_m2: ground that belongs to at least one area.
        gained_m2, lost_m2: ground that belongs to an area only afterwards (closed gaps), and only before (snapping).
        widest_m: diameter of the largest circle that fits into gained ground.
    """

    shapes: Shapes
    before_m2: Figures
    after_m2: Figures
    union_before_m2: float
    union_after_m2: float
    gained_m2: float
    lost_m2: float
    widest_m: float

    @property
    def changed(self) -> NDArray[np.int64]:
        """Positions of the areas that gained or lost half a square metre or more, the largest change first."""
        change = np.abs(self.after_m2 - self.before_m2)
        order = np.argsort(-change, kind="stable")
        return order[change[order] >= _LEAST_M2]

    @property
    def overlap_m2(self) -> float:
        """Ground that belonged to more than one area, counted once for each area too many."""
        return max(float(self.before_m2.sum()) - self.union_before_m2, 0.0)


def can_clean() -> bool:
    """Whether the installed shapely and GEOS know `coverage_clean`."""
    return hasattr(shapely, "coverage_clean") and shapely.geos_version >= _NEEDED


def is_clean(areas: Shapes, asked: CleanConfig) -> bool:
    """No overlap, no two lines for one boundary, no gap that is narrow enough to be closed."""
    place = topology.drawn(areas)
    edges = topology.unmatched(areas[place], within_m=asked.snap_m)
    if not shapely.is_empty(edges).all():
        return False
    gaps = topology.gaps(areas, suspect=np.zeros(len(areas), dtype=bool))
    return not (gaps.width_m <= asked.gap_width_m).any()


def clean(areas: Shapes, asked: CleanConfig) -> Cleaned:
    """The areas as a valid coverage; those that are one already come back untouched.

    Args:
        areas: valid polygons in metres, or None, shape (n,).
        asked: how far vertices may be snapped, and how wide a gap may be, in metres.
    """
    place = topology.drawn(areas)
    before_m2 = shapely.area(areas)
    if not len(place) or is_clean(areas, asked):
        whole_m2 = float(before_m2.sum())
        return Cleaned(areas, before_m2, before_m2, whole_m2, whole_m2, 0.0, 0.0, 0.0)
    coverage_clean = vars(shapely)["coverage_clean"]  # since shapely 2.2; its stubs do not know it yet
    shapes = areas.copy()
    for _ in range(_PASSES):  # snapping can bring new vertices into reach; a second pass settles nearly always
        shapes[place] = coverage_clean(
            shapes[place], gap_width=asked.gap_width_m, snapping_distance=asked.snap_m, merge_strategy="longest_border"
        )
        if is_clean(shapes, asked):
            break
    before, after = topology.union(areas), topology.union(shapes)
    gained = shapely.get_parts(shapely.difference(after, before))
    gained = gained[shapely.area(gained) > 0]
    return Cleaned(
        shapes,
        before_m2,
        shapely.area(shapes),
        float(shapely.area(before)),
        float(shapely.area(after)),
        float(shapely.area(gained).sum()),
        float(shapely.area(shapely.difference(before, after))),
        float(topology.widths(gained).max(initial=0.0)),
    )


def clean_districts(drafts: dict[str, Draft]) -> list[Finding]:
    """Clean the districts in place where project.toml asks for it; everything is in metres.

    The findings hold cleaning-unavailable and district-lost-by-cleaning, both errors; the districts stay as they
    were then.
    """
    districts = drafts.get("districts")
    if districts is None or districts.source.clean is None:
        return []
    source, asked = districts.source, districts.source.clean
    if not can_clean():
        what = f"clean needs GEOS 3.14; the installed shapely {shapely.__version__} has {shapely.geos_version_string}."
        return [error(source, "cleaning-unavailable", what, fix="pip install 'shapely>=2.2', or remove clean.")]
    result = clean(districts.geometry, asked)
    lost = (result.before_m2 > 0) & (result.after_m2 <= 0)
    if lost.any():
        what = (
            f"{int(lost.sum()):,} districts vanish by cleaning: others cover them, or they are narrower than the gaps."
        )
        fix = "Leave out the second level or the second drawing with where, or set smaller snap_m and gap_width_m."
        return [error(source, "district-lost-by-cleaning", what, rows=districts.frame.index[lost], fix=fix)]
    if not len(result.changed) and result.shapes is districts.geometry:
        return [note(source, "already-clean", "The districts are a clean coverage; clean changed nothing.")]
    after = replace(districts, geometry=result.shapes)
    drafts["districts"] = after
    return [_told(districts, result, asked), *_rejoined(drafts, districts, after)]


def _told(districts: Draft, result: Cleaned, asked: CleanConfig) -> Finding:
    changed = result.changed
    names = labels(districts)
    each = "; ".join(f"{names[row]} {_change(result, row)}" for row in changed[:_SHOWN])
    more = "; …" if len(changed) > _SHOWN else ""
    what = (
        f"Cleaned with snap_m = {asked.snap_m:g} and gap_width_m = {asked.gap_width_m:g}: {len(changed):,} of "
        f"{len(topology.drawn(districts.geometry)):,} districts changed their area ({each}{more}). "
        f"Overlaps of {area_text(result.overlap_m2)} went to one side; gaps of {area_text(result.gained_m2)} were "
        f"closed, {result.widest_m:,.1f} m wide at most; {area_text(result.lost_m2)} were lost by snapping. The whole "
        f"was {area_text(result.union_before_m2)} and is {area_text(result.union_after_m2)}."
    )
    why = "Official areas and boundaries are those of the file; these are for counting."
    rows = [str(districts.frame.index[row]) for row in changed]
    return warning(districts.source, "topology-cleaned", what, rows=rows, why=why)


def _change(result: Cleaned, row: int) -> str:
    change_m2 = result.after_m2[row] - result.before_m2[row]
    return f"{change_m2:+,.1f} m² ({change_m2 / result.before_m2[row]:+.4%})"


def _rejoined(drafts: dict[str, Draft], before: Draft, after: Draft) -> list[Finding]:
    """How many people and schools stand in a district before and after, and how many in another one."""
    findings = []
    for layer in (drafts[role] for role in _JOINED if role in drafts):
        one, other = (home_district(layer.geometry, areas.geometry) for areas in (before, after))
        counts = np.ones(len(one))
        unit = layer.source.role if layer.source.role == "schools" else "places"
        if "people" in layer.frame:
            counts = np.nan_to_num(layer.frame["people"].to_numpy(dtype=np.float64))
            unit = layer.source.counts
        moved = one != other
        what = (
            f"Joined to the districts by place: {counts[one >= 0].sum():,.0f} {unit} before cleaning, "
            f"{counts[other >= 0].sum():,.0f} after; {int(moved.sum()):,} rows with {counts[moved].sum():,.0f} {unit} "
            "changed their district."
        )
        findings.append(note(layer.source, "joined-after-cleaning", what, rows=layer.frame.index[moved]))
    return findings
