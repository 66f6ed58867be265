"""Feeder links (对口): each primary zone goes as a whole to one junior school, nine-year schools to their own part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geoplan.errors import ProblemError
from geoplan.locate.costs import all_pairs, as_costs, some
from geoplan.zones.adjacency import adjacency_from_pairs
from geoplan.zones.answer import placed_of
from geoplan.zones.given import for_every
from geoplan.zones.problem import make_zone_problem
from geoplan.zones.schools import ids_by_id, position_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from geoplan.locate.costs import AnyCosts
    from geoplan.locate.given import ById
    from geoplan.zones.measures import Placed
    from geoplan.zones.plan import ZonePlan
    from geoplan.zones.problem import ZoneProblem


def feeder_problem(
    plan: ZonePlan,
    costs: AnyCosts,
    *,
    seats: ById,
    school_unit: Mapping[str, str],
    pupils: ById | None = None,
    nine_year: Mapping[str, str] | None = None,
    **keywords: Any,  # noqa: ANN401 - whatever make_zone_problem takes
) -> ZoneProblem:
    """The junior stage of a primary plan: its zones are the units.

    The cost of a zone to a junior school is the mean of its units' costs, weighted by pupils (alike where there are
    none); `max_cost` holds for that mean. Zones touch where some of their units do.

    Args:
        plan: of the primary stage.
        costs: of a pupil, the primary plan's units × junior schools.
        seats: of every junior school.
        school_unit: the unit of the primary plan that each junior school stands in. Its primary zone belongs to it;
            of a unit that is split, the largest part.
        pupils: of the junior stage, of every unit of the primary plan; default its own pupils.
        nine_year: primary school to junior school: the two parts of one nine-year school (九年一贯制).
        **keywords: see `make_zone_problem`; ids are those of primary zones and junior schools.

    Raises:
        ProblemError: no primary plan, other units, a primary zone whose units no junior school reaches.
    """
    primary = plan.problem
    if primary is None or plan.objective is None:
        raise ProblemError("There is no primary plan to go on from.")
    table = all_pairs(as_costs(costs))
    if set(table.demand_ids) != set(primary.unit_ids):
        odd = sorted(set(table.demand_ids) ^ set(primary.unit_ids))
        raise ProblemError(f"Expected costs of the primary plan's units; not so for {some(odd)}.")
    heads = primary.pupils if pupils is None else for_every("pupils", pupils, primary.unit_ids, finite=True)
    placed = placed_of(primary, plan)
    ids = [zone.id for zone in plan.zones if zone.units]
    rows = [primary.zone_named[each] for each in ids]
    way = np.full((len(primary.unit_ids), len(table.site_ids)), np.inf)
    way[table.demand, table.site] = table.cost
    stands = ids_by_id("school_unit", school_unit, table.row_of_site)
    units = {row: position_of("school_unit", unit, primary.row_of_unit) for row, unit in stands.items()}
    own = ids_by_id("nine_year", nine_year, {**primary.zone_named})
    forced = {**keywords.pop("forced", {}), **{primary.zone_ids[zone]: junior for zone, junior in own.items()}}
    return make_zone_problem(
        pd.DataFrame(_mean_ways(placed, rows, heads, way), index=ids, columns=list(table.site_ids)),
        pupils={primary.zone_ids[row]: float(_heads(placed, row, heads).sum()) for row in rows},
        seats=seats,
        adjacency=adjacency_from_pairs(_touching(primary, placed), unit_ids=ids, source="units of primary zones"),
        school_unit={table.site_ids[row]: plan.assignment[primary.unit_ids[unit]] for row, unit in units.items()},
        forced=forced,
        **keywords,
    )


def _heads(placed: Placed, zone: int, heads: NDArray[np.float64]) -> NDArray[np.float64]:
    inside = placed.zone == zone
    weights: NDArray[np.float64] = heads[placed.unit[inside]] * placed.share[inside]
    return weights


def _mean_ways(
    placed: Placed, rows: list[int], heads: NDArray[np.float64], way: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Mean way of a pupil of each zone to each school; a school that some unit cannot reach is out of reach."""
    means = np.empty((len(rows), way.shape[1]))
    for number, zone in enumerate(rows):
        weight = _heads(placed, zone, heads)
        if not weight.sum() > 0:
            weight = np.ones(len(weight))
        used = weight > 0
        ways = way[placed.unit[placed.zone == zone][used]]
        means[number] = (ways * weight[used, None]).sum(axis=0) / weight.sum()
    return means


def _touching(primary: ZoneProblem, placed: Placed) -> list[tuple[str, str]]:
    """Pairs of zones of which units touch, or that share a unit."""
    of_unit: list[list[int]] = [[] for _ in primary.unit_ids]
    for unit, zone in zip(placed.unit.tolist(), placed.zone.tolist(), strict=True):
        of_unit[unit].append(zone)
    pairs = {(one, other) for zones in of_unit for one in zones for other in zones if one < other}
    for one, other in primary.adjacency.edges.tolist():
        pairs |= {(min(a, b), max(a, b)) for a in of_unit[one] for b in of_unit[other] if a != b}
    return [(primary.zone_ids[one], primary.zone_ids[other]) for one, other in sorted(pairs)]
