"""How areas lie to one another: where they overlap, what lies between them, which lie inside others.

Plain functions on arrays of polygons in metres; None and empty geometries are passed over. Positions refer to the
array given. Nothing is judged here: `topology_checks` turns the answers into findings.

References:
    GEOS coverage operations (`coverage_invalid_edges`, `coverage_union`), since 3.12.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Shapes = NDArray[np.object_]
    Positions = NDArray[np.int64]
    Figures = NDArray[np.float64]
    Flags = NDArray[np.bool_]

MATCHED_WITHIN_M = 1.0
"""Two boundaries that stand apart by less than this were meant to be one."""
_POLYGONS = (3, 6)
_EXACT = 200
"""Holes that are looked at one by one. Thousands of them are noise of drawing, of which only the sum is told."""
_WIDTH_SHARE, _WIDTH_LEAST_M = 1e-4, 1e-3
"""How nearly a width is measured: by length alone, long slivers would come out narrower than GEOS takes them to be."""


@dataclass(frozen=True, eq=False)
class Overlaps:
    """Pairs of areas that share ground, the largest share first.

    Attributes:
        first, second: positions, shape (n,), `first < second`.
        shared_m2: area of the common ground.
        share: of the smaller area of the two; 1 where it lies wholly in the other.
    """

    first: Positions
    second: Positions
    shared_m2: Figures
    share: Figures

    def __len__(self) -> int:
        return len(self.first)


@dataclass(frozen=True, eq=False)
class Gaps:
    """Holes of the union, the largest first.

    Attributes:
        shapes: the holes as polygons, shape (n,).
        area_m2: of each hole.
        width_m: diameter of the largest circle that fits into it.
        beside: positions of the areas around each hole; empty beyond the two hundred largest.
    """

    shapes: Shapes
    area_m2: Figures
    width_m: Figures
    beside: tuple[tuple[int, ...], ...]

    def __len__(self) -> int:
        return len(self.shapes)


@dataclass(frozen=True)
class Enclave:
    """A part of one area that other areas hold apart from its main part, or enclose.

    Attributes:
        area: position of the area that the part belongs to.
        area_m2: of the part.
        whole: the part is the whole area.
        inside: position of the one area that encloses it; None where several surround or only touch it.
        beside: positions of the areas that it touches.
    """

    area: int
    area_m2: float
    whole: bool
    inside: int | None
    beside: tuple[int, ...]


def drawn(areas: Shapes) -> Positions:
    """Positions of the polygons that are there."""
    there = np.isin(shapely.get_type_id(areas), _POLYGONS) & ~shapely.is_empty(areas)
    return np.flatnonzero(there)


def unmatched(areas: Shapes, *, within_m: float = MATCHED_WITHIN_M) -> Shapes:
    """The edges of each polygon that lie in another one, or run beside another's without being the same line.

    Args:
        areas: polygons in metres, all drawn.
        within_m: boundaries closer than this should be one.

    Returns:
        Lines, empty where all edges match, shape (n,).
    """
    return np.asarray(shapely.coverage_invalid_edges(areas, gap_width=within_m), dtype=object)


def suspects(areas: Shapes) -> Flags:
    """Which areas have an unmatched edge, shape (n,)."""
    found = np.zeros(len(areas), dtype=bool)
    place = drawn(areas)
    if len(place):
        found[place] = ~shapely.is_empty(unmatched(areas[place]))
    return found


def overlaps(areas: Shapes, *, suspect: Flags | None = None) -> Overlaps:
    """Pairs that share ground. Only areas with an unmatched edge are intersected, so a clean coverage costs little.

    Args:
        areas: polygons in metres.
        suspect: what `suspects` said of them, where that is known already.
    """
    place = drawn(areas)
    shapes = areas[place]
    at_fault = np.flatnonzero((suspects(areas) if suspect is None else suspect)[place])
    one, other = shapely.STRtree(shapes).query(shapes[at_fault])
    one = at_fault[one]
    # an area strictly inside another has the only unmatched edges of the two: one suspect of a pair is enough
    pairs = np.unique(np.sort(np.column_stack([one, other])[one != other], axis=1), axis=0).reshape(-1, 2)
    first, second = pairs.T
    shared_m2 = shapely.area(shapely.intersection(shapes[first], shapes[second]))
    smaller_m2 = np.minimum(shapely.area(shapes[first]), shapely.area(shapes[second]))
    share = np.divide(shared_m2, smaller_m2, out=np.zeros(len(first)), where=smaller_m2 > 0)
    order = np.argsort(-share, kind="stable")
    order = order[shared_m2[order] > 0]
    return Overlaps(place[first[order]], place[second[order]], shared_m2[order], share[order])


def union(areas: Shapes, *, suspect: Flags | None = None) -> shapely.Geometry:
    """All areas as one. What matches is joined along its edges, and only the rest is noded, which costs far more."""
    place = drawn(areas)
    shapes = areas[place]
    faulty = (suspects(areas) if suspect is None else suspect)[place]
    joined = shapely.coverage_union_all(shapes[~faulty])
    return shapely.union_all([*shapely.get_parts(joined), *shapes[faulty]]) if faulty.any() else joined


def gaps(areas: Shapes, *, suspect: Flags | None = None) -> Gaps:
    """What the areas enclose without its belonging to any of them."""
    place = drawn(areas)
    shapes = areas[place]
    holes = _holes(shapely.get_parts(union(areas, suspect=suspect)))[0]
    area_m2 = shapely.area(holes)
    order = np.argsort(-area_m2, kind="stable")
    holes, area_m2 = holes[order], area_m2[order]
    asked = min(len(holes), _EXACT)
    hole, area = shapely.STRtree(shapes).query(holes[:asked], predicate="intersects")
    beside = [tuple(sorted(place[around].tolist())) for around in _by_row(hole, area, asked)]
    beside += [()] * (len(holes) - asked)
    return Gaps(holes, area_m2, widths(holes), tuple(beside))


def widths(holes: Shapes) -> Figures:
    """Diameter of the largest circle in each polygon; beyond the first two hundred twice area by perimeter."""
    width_m = 2 * shapely.area(holes) / np.maximum(shapely.length(holes), 1e-9)
    exact = holes[:_EXACT]
    if len(exact):
        near_m = np.maximum(_WIDTH_SHARE * width_m[:_EXACT], _WIDTH_LEAST_M)
        width_m[:_EXACT] = 2 * shapely.length(shapely.maximum_inscribed_circle(exact, tolerance=near_m))
    return np.asarray(width_m, dtype=np.float64)


def _by_row(row: Positions, value: Positions, count: int) -> list[Positions]:
    """The values of each of `count` rows, from pairs in any order."""
    order = np.argsort(row, kind="stable")
    return np.split(value[order], np.searchsorted(row[order], np.arange(1, count))) if count else []


def enclaves(areas: Shapes) -> tuple[Enclave, ...]:
    """Areas inside another one, and parts that other areas keep apart from the main part; the largest first.

    A part that touches no other area is an island of its own area, and not meant here.
    """
    place = drawn(areas)
    parts, owner = shapely.get_parts(areas[place], return_index=True)
    if not len(parts):
        return ()
    size_m2 = shapely.area(parts)
    main = np.zeros(len(parts), dtype=bool)
    main[[rows[np.argmax(size_m2[rows])] for rows in np.split(np.arange(len(parts)), _starts(owner))]] = True
    inside = _enclosing(parts, owner)
    asked = np.flatnonzero(~main | (inside >= 0))
    nth, other = shapely.STRtree(parts).query(parts[asked], predicate="dwithin", distance=MATCHED_WITHIN_M)
    found = []
    for part, near in zip(asked, _by_row(nth, other, len(asked)), strict=True):
        touching = owner[near]
        beside = np.unique(place[touching[touching != owner[part]]])
        if len(beside):
            around = int(place[inside[part]]) if inside[part] >= 0 else None
            whole = bool((owner == owner[part]).sum() == 1)
            found.append(Enclave(int(place[owner[part]]), float(size_m2[part]), whole, around, tuple(map(int, beside))))
    return tuple(sorted(found, key=lambda each: -each.area_m2))


def _starts(owner: Positions) -> Positions:
    """Where the parts of the next area begin; parts stand in the order of their areas."""
    return np.flatnonzero(np.diff(owner)) + 1


def _enclosing(parts: Shapes, owner: Positions) -> Positions:
    """For each part the position of the area in a hole of which it lies, else -1; the smallest hole counts."""
    holes, ring_of = _holes(parts)
    inside = np.full(len(parts), -1, dtype=np.int64)
    if not len(holes):
        return inside
    hole, part = shapely.STRtree(shapely.point_on_surface(parts)).query(holes, predicate="intersects")
    others = owner[ring_of[hole]] != owner[part]
    hole, part = hole[others], part[others]
    for row in np.argsort(-shapely.area(holes[hole]), kind="stable"):
        inside[part[row]] = owner[ring_of[hole[row]]]
    return inside


def _holes(parts: Shapes) -> tuple[Shapes, Positions]:
    """The interior rings of polygons as polygons, and the position of the polygon of each."""
    counts = shapely.get_num_interior_rings(parts)
    row = np.repeat(np.arange(len(parts)), counts)
    nth = np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts)
    rings = shapely.get_interior_ring(parts[row], nth)
    return np.asarray(shapely.polygons(rings), dtype=object).reshape(-1), row
