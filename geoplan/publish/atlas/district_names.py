"""Names of schools on the sheets of districts; where they stand too close, an enlargement shows them (放大图)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geoplan.publish.atlas.ground import name_neighbours
from geoplan.publish.atlas.maptext import MapText
from geoplan.publish.atlas.marks import badge_sites
from geoplan.publish.atlas.school_names import (
    FAR_MM,
    MOST_IN_PANEL,
    Entry,
    Named,
    School,
    id_order,
    index_of,
    school_of,
    write_names,
)
from geoplan.publish.atlas.sheet import SOFT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geoplan.publish.atlas.sheet import Box, Folio

_NEAR_MM = 9.0
"""A number further off its school than this is hard to follow among many."""
_APART_MM, _EDGE_MM, _FEWEST = 14.0, 4.0, 4
_LARGER = 1.5
"""An enlargement is worth a sheet if it is so much larger."""
MOST_IN_DETAIL = 64


class DistrictNames(NamedTuple):
    """The lettering of a district's sheet and of its enlargements; `entries` where a panel is too small for it."""

    main: Named
    details: tuple[Named, ...]
    entries: tuple[Entry, ...]


def district_names(folio: Folio, row: int) -> DistrictNames:
    """The lettering of a district: its new sites, its schools of every stage, each once and with one number."""
    return folio.kept(("district names", row), lambda: _district_names(folio, row))


def _district_names(folio: Folio, row: int) -> DistrictNames:
    bounds = folio.district_bounds(row) or folio.bounds
    schools = _schools(folio, row)
    main = _text(folio, row, bounds)
    left, crowded = write_names(main, folio, schools, reach_mm=_NEAR_MM)
    boxes = _boxes(main, [school for school in schools if school.id in crowded])
    outside = [school for school in schools if not any(_holds(box, school.xy) for box in boxes)]
    if crowded:
        main = _text(folio, row, bounds)
        for number, (west, _, east, north) in enumerate(boxes, start=1):
            words = f"放大图{number if len(boxes) > 1 else ''}"
            main.name((west + east) / 2, north, words, 7.0, colour=SOFT, bold=True, away_mm=0.4, reach_mm=FAR_MM)
        left, _ = write_names(main, folio, outside)
    apart = left if len(left) > MOST_IN_PANEL else frozenset()
    details = []
    for box in boxes:
        text = _text(folio, row, box)
        numbered, _ = write_names(text, folio, schools)
        details.append(Named(text, index_of(schools, numbered, MOST_IN_DETAIL), len(numbered)))
        apart |= numbered if len(numbered) > MOST_IN_DETAIL else frozenset()
    first = Named(main, index_of(schools, left, MOST_IN_PANEL), len(left), boxes=tuple(boxes))
    return DistrictNames(first, tuple(details), index_of(schools, apart, len(schools)))


def _schools(folio: Folio, row: int) -> list[School]:
    """The district's schools in the order of their numbers."""
    stages: dict[str, list[str]] = {}
    for stage_plan in folio.plan.stages:
        supply = stage_plan.basis.before.supply
        for school in supply.ids[supply.district == row]:
            stages.setdefault(str(school), []).append(stage_plan.stage.zh)
    found: dict[str, School] = {}
    for order, stage_plan in enumerate(folio.plan.stages):
        supply = stage_plan.basis.before.supply
        for each in sorted(np.flatnonzero(supply.district == row).tolist(), key=lambda at: id_order(supply, at)):
            if (school := str(supply.ids[each])) not in found:
                of = "、".join(stages[school])
                found[school] = school_of(folio, supply, each, len(found) + 1, of, order=order)
    return list(found.values())


def _text(folio: Folio, row: int, bounds: Box) -> MapText:
    """The lettering of a map of the district before names of schools are written."""
    plan = folio.plan
    text = MapText.of(bounds)
    for stage_plan in plan.stages:
        supply = stage_plan.basis.before.supply
        text.heed(supply.xy[supply.district == row])
    for stage_plan in plan.stages:
        badge_sites(text, stage_plan, prefix=stage_plan.stage.zh[0] if len(plan.stages) > 1 else "", district=row)
    name_neighbours(text, folio, row)
    return text


def _boxes(text: MapText, crowded: Sequence[School]) -> list[Box]:
    """Boxes in metres around groups of crowded schools, apart from each other, that are worth an enlargement."""
    window = text.window
    edge, apart = (millimetres * window.metres_per_mm for millimetres in (_EDGE_MM, _APART_MM))
    groups: list[tuple[Box, int]] = []
    for school in crowded:
        x, y = school.xy
        box: Box = (x - edge, y - edge, x + edge, y + edge)
        count = 1
        while (near := next((each for each in groups if _near(each[0], box, apart - 2 * edge)), None)) is not None:
            groups.remove(near)
            other, many = near
            box = min(box[0], other[0]), min(box[1], other[1]), max(box[2], other[2]), max(box[3], other[3])
            count += many
        groups.append((box, count))
    found = [box for box, count in groups if count >= _FEWEST]
    worth = [box for box in found if MapText.of(box).window.denominator * _LARGER <= window.denominator]
    return sorted(worth, key=lambda box: (-box[3], box[0]))


def _near(one: Box, other: Box, apart: float) -> bool:
    return (
        one[0] - apart < other[2] and other[0] - apart < one[2] and one[1] - apart < other[3]
        and other[1] - apart < one[3]
    )  # fmt: skip


def _holds(box: Box, xy: tuple[float, float]) -> bool:
    return box[0] <= xy[0] <= box[2] and box[1] <= xy[1] <= box[3]
