"""What a zoning problem takes by keyword."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypedDict

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from geoplan.locate.given import ById
    from geoplan.zones.adjacency import Adjacency


class ZoneKeywords(TypedDict, total=False):
    """What `make_zone_problem` takes by keyword; see there."""

    pupils: ById
    seats: ById
    adjacency: Adjacency
    school_unit: Mapping[str, str]
    min_enrolment: ById | None
    over_price: float | None
    max_cost: float | None
    whole_by: Mapping[str, str] | None
    splittable: Collection[str]
    part_pupils: float | None
    current: Mapping[str, str] | None
    move_price: float
    most_moved: float | None
    forced: Mapping[str, str] | None
    boarding: Collection[str]
    together: Sequence[Collection[str]]
    candidates: Collection[str]
    opening_costs: ById | None
    p: int | None
    new: int | None
    islands: Literal["link", "refuse"]
    cost_unit: str
    unit_names: Mapping[str, str] | None
    school_names: Mapping[str, str] | None
