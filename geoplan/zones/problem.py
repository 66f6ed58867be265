"""A zoning problem: units with pupils, schools with seats, who touches whom, and by which rules."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np

from geoplan.errors import ProblemError
from geoplan.locate.costs import all_pairs, as_costs
from geoplan.locate.given import limit_of, mask_of, values_of
from geoplan.zones.given import (
    counts_of,
    current_zones,
    finite_price,
    for_every,
    parts_of,
    pinned_zones,
    place_by_costs,
    refuse_other_units,
    summed,
    whole_groups,
)
from geoplan.zones.islands import joined_groups, linked
from geoplan.zones.limits import with_limits
from geoplan.zones.schools import NONE, ids_by_id, position_of, shared_zones, zone_costs

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from numpy.typing import NDArray

    from geoplan.locate.costs import AnyCosts, Costs
    from geoplan.locate.given import ById
    from geoplan.types import Finding
    from geoplan.zones.adjacency import Adjacency


@dataclass(frozen=True, eq=False)
class ZoneProblem:
    """Everything that zoning needs, already in canonical order: units in natural order, schools by preference.

    Attributes:
        costs: units × schools as given, per pupil.
        cost, longest: of each unit in each zone, per pupil, and to the zone's farthest school. Shape (units, zones).
        allowed: pairs within reach and limits, by what is forced and where schools stand. Shape (units, zones).
        pupils, parts: of each unit; into how many equal parts it may be split (1: kept whole). Shape (units,).
        seats, least: most and fewest pupils of each zone if it is open. Shape (zones,).
        zones: the schools of each zone, as positions; `zone_ids`: their ids, joined by "+".
        school_seats: seats of each school. Shape (schools,).
        school_at: the unit of each school, -1 where none is given (boarding).
        root: the unit of the zone's first school, -1 where the zone need not be contiguous (boarding).
        candidate, opening: zones that may be opened, all others stay; and at what cost. Shape (zones,).
        new_least, new_most: how many candidates are opened.
        over_price: per pupil beyond the seats; inf: never.
        max_cost: longest way of a pupil to each school of the zone, except to boarding schools; None: any.
        whole: the group that each unit is kept whole with, -1 for none; `whole_names`: of the groups.
        current: zone of each unit today; -1 where it is not known, `CLOSED` where that school is none of these.
        current_name: the school as it was given, '' where it is not known.
        move_price, most_moved: price of each pupil who changes zones, and how many may; inf: any number.
        forced: zone that each unit must belong to, -1 for any.
        adjacency: with the bridges that islands needed.
        cost_unit: what costs are counted in, for messages.
        unit_names, school_names: by id, for messages, as far as they were given.
        findings: what was noticed or decided on the way.
    """

    costs: Costs
    cost: NDArray[np.float64] = field(repr=False)
    longest: NDArray[np.float64] = field(repr=False)
    allowed: NDArray[np.bool_] = field(repr=False)
    pupils: NDArray[np.float64] = field(repr=False)
    parts: NDArray[np.int64] = field(repr=False)
    seats: NDArray[np.float64] = field(repr=False)
    least: NDArray[np.float64] = field(repr=False)
    zones: tuple[tuple[int, ...], ...] = field(repr=False)
    zone_ids: tuple[str, ...]
    school_seats: NDArray[np.float64] = field(repr=False)
    school_at: NDArray[np.int64] = field(repr=False)
    root: NDArray[np.int64] = field(repr=False)
    candidate: NDArray[np.bool_] = field(repr=False)
    opening: NDArray[np.float64] = field(repr=False)
    new_least: int
    new_most: int
    over_price: float
    max_cost: float | None
    whole: NDArray[np.int64] = field(repr=False)
    whole_names: tuple[str, ...] = field(repr=False)
    current: NDArray[np.int64] = field(repr=False)
    current_name: tuple[str, ...] = field(repr=False)
    move_price: float
    most_moved: float
    forced: NDArray[np.int64] = field(repr=False)
    adjacency: Adjacency
    cost_unit: str
    unit_names: Mapping[str, str] = field(repr=False)
    school_names: Mapping[str, str] = field(repr=False)
    findings: tuple[Finding, ...] = field(repr=False)

    @property
    def unit_ids(self) -> tuple[str, ...]:
        """Ids of the units, in natural order."""
        return self.costs.demand_ids

    @property
    def school_ids(self) -> tuple[str, ...]:
        """Ids of the schools, in order of preference."""
        return self.costs.site_ids

    @cached_property
    def row_of_unit(self) -> dict[str, int]:
        """The position of each unit by its id."""
        return {each: row for row, each in enumerate(self.unit_ids)}

    @cached_property
    def zone_named(self) -> dict[str, int]:
        """The zone by its own id and by the id of each of its schools."""
        by_school = {self.school_ids[school]: zone for zone, schools in enumerate(self.zones) for school in schools}
        return {**by_school, **{each: zone for zone, each in enumerate(self.zone_ids)}}

    def unit_name(self, row: int) -> str:
        """What messages call a unit: its name, else its id."""
        return self.unit_names.get(self.unit_ids[row], self.unit_ids[row])

    def school_name(self, school: str) -> str:
        """What messages call a school, also one of today's that is none of these."""
        return self.school_names.get(school, school)

    def zone_name(self, zone: int) -> str:
        """What messages call a zone: by its schools."""
        return "+".join(self.school_name(self.school_ids[school]) for school in self.zones[zone])

    @cached_property
    def moves(self) -> NDArray[np.bool_]:
        """Pairs that take a unit's pupils from their present zone. Shape (units, zones)."""
        known = self.current != NONE
        moves: NDArray[np.bool_] = known[:, None] & (self.current[:, None] != np.arange(len(self.zones))[None])
        return moves


def make_zone_problem(
    costs: AnyCosts,
    *,
    pupils: ById,
    seats: ById,
    adjacency: Adjacency,
    school_unit: Mapping[str, str],
    min_enrolment: ById | None = None,
    over_price: float | None = None,
    max_cost: float | None = None,
    whole_by: Mapping[str, str] | None = None,
    splittable: Collection[str] = (),
    part_pupils: float | None = None,
    current: Mapping[str, str] | None = None,
    move_price: float = 0.0,
    most_moved: float | None = None,
    forced: Mapping[str, str] | None = None,
    boarding: Collection[str] = (),
    together: Sequence[Collection[str]] = (),
    candidates: Collection[str] = (),
    opening_costs: ById | None = None,
    p: int | None = None,
    new: int | None = None,
    islands: Literal["link", "refuse"] = "link",
    cost_unit: str = "m",
    unit_names: Mapping[str, str] | None = None,
    school_names: Mapping[str, str] | None = None,
) -> ZoneProblem:
    """Check the parts against each other and put them in canonical order.

    Least is Σ pupils × cost + opening costs + `move_price` × pupils moved + `over_price` × pupils beyond the seats.
    What is given for each id may be a mapping or a Series by id, or one number for all.

    Args:
        costs: cost of a pupil, units × schools, see `geoplan.locate.as_costs`; a pair that is not there is out of
            reach.
        pupils: of every unit. A unit without pupils belongs to a zone, too; no longest way holds for it.
        seats: of every school; inf: any number.
        adjacency: which units touch; of the same ids.
        school_unit: the unit that each school stands in; boarding schools need none.
        min_enrolment: fewest pupils of each school that is open; default 0.
        over_price: per pupil beyond the seats; None: seats are never exceeded.
        max_cost: longest way of a pupil.
        whole_by: community or township of each unit: its units stay in one zone. Units without one stand alone. Its
            pieces count as touching where they do not.
        splittable: units that may be split, into equal parts of at most `part_pupils` pupils each (a simplification:
            every part touches whatever the unit touches); the school's own part stays with it.
        current: the school of each unit today; one that is not among the schools has been closed.
        move_price: of each pupil whose zone changes; units without a present zone do not move.
        most_moved: so many pupils may change zones, those of closed schools included.
        forced: the school that some units must belong to.
        boarding: schools exempt from `max_cost` and from contiguity.
        together: groups of schools that share one zone (多校划片): seats and least enrolments are added, the cost is
            the mean of the schools' costs weighted by seats, and every one of them must be in reach. Schools on the
            same unit (or the same community that stays whole) share a zone in any case.
        candidates: schools that may be opened, all others stay. Of several on the same unit one is opened at most.
        opening_costs: of each candidate, default 0; of others they do not count.
        p, new: how many schools are open in all, how many candidates are opened. Exactly so many.
        islands: units that no school can be reached from are linked to the nearest others ("link"), or refused.
        cost_unit: what costs are counted in, for the words of a plan: m, km, min.
        unit_names, school_names: by id, for the words of a plan, which names ids where there is no name.

    Raises:
        ProblemError: naming the ids concerned.
    """
    table = all_pairs(as_costs(costs))
    units, schools = table.demand_ids, table.site_ids
    if not units or not schools:
        raise ProblemError(f"Expected units and schools, found {len(units)} and {len(schools)}.")
    if islands not in {"link", "refuse"}:
        raise ProblemError(f"islands: expected 'link' or 'refuse', found {islands!r}.")
    refuse_other_units(units, adjacency)
    row_of_unit = {each: row for row, each in enumerate(units)}
    heads = for_every("pupils", pupils, units, finite=True)
    room = for_every("seats", seats, schools, finite=False)
    is_boarding, is_candidate = (
        mask_of(name, given, schools) for name, given in (("boarding", boarding), ("candidates", candidates))
    )
    at = _stands(table, school_unit, row_of_unit, is_boarding)
    whole, names, ground = whole_groups(whole_by, row_of_unit)
    shared = shared_zones(table, at, ground, boarding=is_boarding, candidate=is_candidate, together=together)
    first = [zone[0] for zone in shared.zones]
    graph = _linked(table, adjacency, whole, names, at[~is_boarding], link=islands == "link")
    cost, longest = zone_costs(table, shared.zones, room)
    now, now_name = current_zones(current, row_of_unit, table, shared)
    least = summed(values_of("min_enrolment", min_enrolment, schools, default=0.0, finite=True), shared)
    opened = values_of("opening_costs", opening_costs, schools, default=0.0, finite=True)
    fewest, most = counts_of(int((~is_candidate).sum()), int(is_candidate.sum()), p, new)
    pinned = pinned_zones(forced, row_of_unit, table, shared)
    problem = ZoneProblem(
        costs=table,
        cost=cost,
        longest=longest,
        allowed=np.isfinite(cost),
        pupils=heads,
        parts=parts_of(splittable, part_pupils, units, heads, whole),
        seats=summed(room, shared),
        least=least,
        zones=shared.zones,
        zone_ids=tuple("+".join(schools[row] for row in zone) for zone in shared.zones),
        school_seats=room,
        school_at=at,
        root=np.where(is_boarding[first], NONE, at[first]),
        candidate=is_candidate[first],
        opening=np.where(is_candidate[first], opened[first], 0.0),
        new_least=fewest,
        new_most=most,
        over_price=limit_of("over_price", over_price),
        max_cost=None if max_cost is None else limit_of("max_cost", max_cost),
        whole=whole,
        whole_names=names,
        current=now,
        current_name=now_name,
        move_price=finite_price("move_price", move_price),
        most_moved=limit_of("most_moved", most_moved),
        forced=pinned,
        adjacency=graph,
        cost_unit=cost_unit,
        unit_names=dict(unit_names or {}),
        school_names=dict(school_names or {}),
        findings=(*graph.findings, *shared.findings),
    )
    return with_limits(problem)


def _stands(
    costs: Costs, school_unit: Mapping[str, str], row_of_unit: dict[str, int], is_boarding: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """The unit of each school, -1 for boarding schools without one."""
    rooted = [each for each, free in zip(costs.site_ids, is_boarding, strict=True) if not free]
    at = np.full(len(costs.site_ids), NONE, dtype=np.int64)
    for row, unit in ids_by_id("school_unit", school_unit, costs.row_of_site, every=rooted).items():
        at[row] = position_of("school_unit", unit, row_of_unit)
    return at


def _linked(
    costs: Costs,
    adjacency: Adjacency,
    whole: NDArray[np.int64],
    names: tuple[str, ...],
    at: NDArray[np.int64],
    *,
    link: bool,
) -> Adjacency:
    """The adjacency with bridges: between the pieces of groups that stay whole, then from islands without a school."""
    place = adjacency.xy if adjacency.xy is not None else place_by_costs(costs)
    has_school = np.zeros(len(costs.demand_ids), dtype=bool)
    has_school[at] = True
    return linked(joined_groups(adjacency, whole, names, place, link=link), has_school, place, link=link)
