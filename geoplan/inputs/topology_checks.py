"""Findings about districts as areas: overlaps, gaps, lines that should be one, parts inside others, crumbs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoplan.inputs import topology
from geoplan.inputs.findings import note, warning
from geoplan.units import M2_PER_HECTARE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from geoplan.inputs.draft import Draft
    from geoplan.types import Finding

    Flags = NDArray[np.bool_]

MAX_OVERLAP = 0.001
"""Share of the smaller district from which on an overlap is more than a sliver along the boundary."""
GAP_SHARE = 0.01
"""Share of the median district below which a hole is a gap between boundaries, not ground that belongs elsewhere."""
NARROW_M = 100.0
SLIVER_M = 2.0
"""Nobody lives in a gap that is narrower than this; it is a matter of drawing."""
_LEAST_M2 = 1.0
_CRUMB_SHARE = 0.001
_M2_PER_KM2 = 1e6
_NESTED = 0.999
_SHOWN = 5


def check_districts(districts: Draft) -> list[Finding]:
    """All checks of this module; the districts are in metres."""
    if not len(topology.drawn(districts.geometry)):
        return []
    suspect = topology.suspects(districts.geometry)
    return [
        *overlapping_districts(districts, suspect=suspect),
        *gaps_between_districts(districts, suspect=suspect),
        *enclaves(districts),
        *crumbs(districts),
    ]


def overlapping_districts(districts: Draft, *, suspect: Flags | None = None) -> list[Finding]:
    """Pairs of districts that share more than 0.1 % of the smaller one; thinner overlaps as a note."""
    found = topology.overlaps(districts.geometry, suspect=suspect)
    large = found.share > MAX_OVERLAP
    findings = []
    if large.any():
        nested = _nested(found, large, labels(districts))
        what = (
            f"{int(large.sum()):,} pairs of districts overlap, by {area_text(found.shared_m2[large].max())} at most, "
            f"{found.share[large].max():.1%} of the smaller one at most{nested}."
        )
        why = "People in the overlap belong to two districts."
        one_level = 'Take one level of districts with where; from OpenStreetMap: where = { admin_level = ["8"] }.'
        fix = one_level if nested else f"Correct the boundaries, or {_CLEAN[0].lower()}{_CLEAN[1:]}"
        rows = _pairs(districts, found, large)
        findings.append(warning(districts.source, "overlapping-districts", what, rows=rows, why=why, fix=fix))
    thin = ~large & (found.shared_m2 >= _LEAST_M2)
    if thin.any():
        shared_m2 = found.shared_m2[thin]
        what = (
            f"{int(thin.sum()):,} pairs of districts overlap in slivers along their boundary, "
            f"{area_text(shared_m2.sum())} in all, the largest {area_text(shared_m2.max())}."
        )
        findings.append(_slivers(districts, what, _pairs(districts, found, thin)))
    return findings


def _nested(found: topology.Overlaps, large: Flags, names: list[str]) -> str:
    """`; 邢台市 holds 19 of the others whole: …` where one district is the level above."""
    whole = large & (found.share >= _NESTED)
    if not whole.any():
        return ""
    # of a pair that lies wholly on one another the larger one is the level above; its position comes first or second
    holders = np.concatenate([found.first[whole], found.second[whole]])
    position, count = np.unique(holders, return_counts=True)
    if count.max() < 2:
        return "; some lie wholly on another"
    return f"; {names[position[count.argmax()]]} covers {count.max():,} of the others: two levels in one layer"


def _slivers(districts: Draft, what: str, rows: list[str]) -> Finding:
    why = "The two lines of one boundary are not the same."
    return note(districts.source, "boundary-slivers", what, rows=rows, why=why, fix=_CLEAN)


def _pairs(districts: Draft, found: topology.Overlaps, which: Flags) -> list[str]:
    both = zip(_ids(districts, found.first[which]), _ids(districts, found.second[which]), strict=True)
    return [f"{one} and {other}" for one, other in both]


def gaps_between_districts(districts: Draft, *, suspect: Flags | None = None) -> list[Finding]:
    """Holes between districts: small or narrow ones are gaps (a warning), larger ones ground of nobody (a note)."""
    found = topology.gaps(districts.geometry, suspect=suspect)
    areas = shapely.area(districts.geometry[topology.drawn(districts.geometry)])
    told = found.area_m2 >= _LEAST_M2
    small = told & ((found.area_m2 < GAP_SHARE * np.median(areas)) | (found.width_m < NARROW_M))
    findings = []
    gap, sliver, void = small & (found.width_m >= SLIVER_M), small & (found.width_m < SLIVER_M), told & ~small
    if gap.any():
        what = f"{int(gap.sum()):,} gaps between districts, {_extent(found, gap)}."
        why = "Who lives in a gap belongs to no district."
        rows = _around(districts, found, gap)
        findings.append(warning(districts.source, "gaps-between-districts", what, rows=rows, why=why, fix=_CLEAN))
    if sliver.any():
        what = (
            f"{int(sliver.sum()):,} gaps between districts are slivers along their boundary, {_extent(found, sliver)}."
        )
        findings.append(_slivers(districts, what, _around(districts, found, sliver)))
    if void.any():
        what = f"{int(void.sum()):,} larger areas between the districts belong to none, {_extent(found, void)}."
        fix = "Nothing, if a neighbour's enclave or a lake lies there; else add the missing district."
        rows = _around(districts, found, void)
        findings.append(note(districts.source, "ground-of-no-district", what, rows=rows, fix=fix))
    return findings


def _extent(found: topology.Gaps, which: Flags) -> str:
    return (
        f"{area_text(found.area_m2[which].sum())} in all; the largest has {area_text(found.area_m2[which].max())}, "
        f"the widest is {found.width_m[which].max():,.1f} m wide"
    )


def _around(districts: Draft, found: topology.Gaps, which: Flags) -> list[str]:
    """`110 and 111 (0.30 ha)` for each hole; those that were not looked at one by one say only their area."""
    ids = [str(key) for key in districts.frame.index]
    return [
        f"{_joined([ids[each] for each in found.beside[nth]])} ({area_text(found.area_m2[nth])})".strip()
        for nth in np.flatnonzero(which)
    ]


def enclaves(districts: Draft) -> list[Finding]:
    """Districts, or parts of them, that others enclose or keep apart from the main part: named, not an error."""
    names = labels(districts)
    least = _least_part(districts)
    found = [each for each in topology.enclaves(districts.geometry) if each.area_m2 >= least[each.area]]
    if not found:
        return []
    told = "; ".join(_enclave(each, names) for each in found[:_SHOWN])
    more = f"; and {len(found) - _SHOWN:,} more" if len(found) > _SHOWN else ""
    ids = dict.fromkeys(_ids(districts, [each.area for each in found]))
    why = "They count where they belong; the nearest school may be in the district around them."
    what = f"{len(ids):,} districts lie inside others or have parts apart (飞地): {told}{more}."
    return [note(districts.source, "enclaves", what, rows=ids, why=why)]


def _enclave(each: topology.Enclave, names: list[str]) -> str:
    whom = names[each.area] if each.whole else f"a part of {names[each.area]}"
    where = f"inside {names[each.inside]}" if each.inside is not None else f"beside {_joined_names(each.beside, names)}"
    return f"{whom} ({area_text(each.area_m2)}) {where}"


def crumbs(districts: Draft) -> list[Finding]:
    """Parts smaller than 1 ha and a thousandth of their district: leftovers of drawing, mostly."""
    parts, owner = shapely.get_parts(districts.geometry, return_index=True)
    small = shapely.area(parts) < _least_part(districts)[owner] if len(parts) else np.zeros(0, dtype=bool)
    if not small.any():
        return []
    what = (
        f"{int(small.sum()):,} parts of districts are crumbs of less than 1 ha, "
        f"{area_text(shapely.area(parts[small]).sum())} in all; they are kept."
    )
    return [note(districts.source, "crumbs", what, rows=dict.fromkeys(_ids(districts, owner[small])), fix=_CLEAN)]


def _least_part(districts: Draft) -> NDArray[np.float64]:
    """Square metres from which on a part of a district is meant; 1 ha, or a thousandth of a small district."""
    return np.minimum(M2_PER_HECTARE, _CRUMB_SHARE * shapely.area(districts.geometry))


def area_text(area_m2: float) -> str:
    """`85.0 m²`, `3.20 ha` or `12.30 km²`."""
    if area_m2 < M2_PER_HECTARE:
        return f"{area_m2:,.1f} m²"
    return f"{area_m2 / M2_PER_HECTARE:,.2f} ha" if area_m2 < _M2_PER_KM2 else f"{area_m2 / _M2_PER_KM2:,.2f} km²"


def labels(districts: Draft) -> list[str]:
    """`襄都区 (130502)`, or the id where there is no name."""
    names = districts.frame["name"] if "name" in districts.frame else [""] * len(districts.frame)
    return [f"{name} ({key})" if name else str(key) for key, name in zip(districts.frame.index, names, strict=True)]


def _ids(districts: Draft, positions: Iterable[int] | NDArray[np.int64]) -> list[str]:
    ids = districts.frame.index
    return [str(ids[each]) for each in positions]


def _joined(words: list[str]) -> str:
    return " and ".join(words[:_SHOWN]) + (" …" if len(words) > _SHOWN else "")


def _joined_names(positions: Iterable[int], names: list[str]) -> str:
    return _joined([names[each] for each in positions])


_CLEAN = "Set clean = true in [layers.districts], and read what it changes."
