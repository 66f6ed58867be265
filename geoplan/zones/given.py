"""What is given of units and schools by id: checked, and put in canonical order as arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geoplan.errors import ProblemError
from geoplan.locate.costs import some
from geoplan.locate.given import limit_of, mask_of, values_of
from geoplan.types import natural_sorted
from geoplan.zones.adjacency import Adjacency
from geoplan.zones.schools import NONE, ids_by_id, position_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from numpy.typing import NDArray

    from geoplan.locate.costs import Costs
    from geoplan.locate.given import ById
    from geoplan.zones.schools import Shared

CLOSED = -2
"""In place of a unit's present zone: a school that is not among those of the problem."""


def refuse_other_units(units: tuple[str, ...], adjacency: Adjacency) -> None:
    """Costs and adjacency must be of the same units."""
    if not isinstance(adjacency, Adjacency):
        raise ProblemError(f"adjacency: expected an Adjacency (adjacency_from_polygons, …), found {adjacency!r}.")
    there, here = set(adjacency.ids), set(units)
    if lone := natural_sorted(here - there):
        raise ProblemError(f"Units with costs that are not in the adjacency: {some(lone)}.")
    if lone := natural_sorted(there - here):
        raise ProblemError(f"Units of the adjacency without costs: {some(lone)}.")


def for_every(name: str, given: ById, ids: tuple[str, ...], *, finite: bool) -> NDArray[np.float64]:
    """A number for every id, in canonical order; none may be missing."""
    if given is None:
        raise ProblemError(f"{name}: expected a number for each id, found None.")
    if isinstance(given, pd.Series) or hasattr(given, "keys"):
        held = {str(each) for each in given.keys()}  # noqa: SIM118 - a Series iterates over its values
        if missing := [each for each in ids if each not in held]:
            raise ProblemError(f"{name}: nothing given for {some(missing)}.")
    return values_of(name, given, ids, default=np.nan, finite=finite)


def finite_price(name: str, given: float) -> float:
    """A finite number of at least 0."""
    value = limit_of(name, given)
    if not np.isfinite(value):
        raise ProblemError(f"{name}: expected a finite number, found {given!r}.")
    return value


def whole_groups(
    whole_by: Mapping[str, str] | None, row_of_unit: Mapping[str, int]
) -> tuple[NDArray[np.int64], tuple[str, ...], NDArray[np.int64]]:
    """The group of each unit (-1: none; a group of one is none), the names, and the ground that is never parted."""
    held = ids_by_id("whole_by", whole_by, row_of_unit)
    count: dict[str, int] = {}
    for name in held.values():
        count[name] = count.get(name, 0) + 1
    names = tuple(natural_sorted(name for name, units in count.items() if units > 1))
    number = {name: row for row, name in enumerate(names)}
    whole = np.full(len(row_of_unit), NONE, dtype=np.int64)
    for row, name in held.items():
        whole[row] = number.get(name, NONE)
    ground = np.where(whole >= 0, whole, len(names) + np.arange(len(whole)))
    return whole, names, ground


def parts_of(
    splittable: Collection[str],
    part_pupils: float | None,
    units: tuple[str, ...],
    pupils: NDArray[np.float64],
    whole: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Into how many equal parts each unit may be split."""
    may = mask_of("splittable", splittable, units)
    if part_pupils is None:
        if may.any():
            raise ProblemError("splittable: give part_pupils=, the most pupils of a part.")
        return np.ones(len(units), dtype=np.int64)
    if not isinstance(part_pupils, int | float | np.number) or not part_pupils > 0:
        raise ProblemError(f"part_pupils: expected a number above 0, found {part_pupils!r}.")
    if (both := may & (whole >= 0)).any():
        ids = [units[row] for row in np.flatnonzero(both)]
        raise ProblemError(f"splittable: units that whole_by keeps whole: {some(ids)}.")
    return np.where(may, np.maximum(np.ceil(pupils / float(part_pupils) - 1e-9), 1), 1).astype(np.int64)


def current_zones(
    current: Mapping[str, str] | None, row_of_unit: Mapping[str, int], costs: Costs, shared: Shared
) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """The zone of each unit today, and the school's id as it was given."""
    held = ids_by_id("current", current, row_of_unit)
    zone = np.full(len(row_of_unit), NONE, dtype=np.int64)
    for row, school in held.items():
        known = costs.row_of_site.get(school, NONE)
        zone[row] = CLOSED if known == NONE else shared.of_school[known]
    return zone, tuple(held.get(row, "") for row in range(len(row_of_unit)))


def pinned_zones(
    forced: Mapping[str, str] | None, row_of_unit: Mapping[str, int], costs: Costs, shared: Shared
) -> NDArray[np.int64]:
    """The zone that each unit is forced to, -1 for none."""
    zone = np.full(len(row_of_unit), NONE, dtype=np.int64)
    for row, school in ids_by_id("forced", forced, row_of_unit).items():
        zone[row] = shared.of_school[position_of("forced", school, costs.row_of_site)]
    return zone


def counts_of(stay: int, may: int, p: int | None, new: int | None) -> tuple[int, int]:
    """Fewest and most candidates that are opened."""
    for name, given in (("p", p), ("new", new)):
        if given is not None and (isinstance(given, bool) or not isinstance(given, int | np.integer)):
            raise ProblemError(f"{name}: expected a whole number, found {given!r}.")
    if p is not None and new is not None and p - stay != new:
        raise ProblemError(f"p = {p} and new = {new} contradict each other: {stay} schools stay.")
    opened = new if p is None else p - stay
    if opened is None:
        return 0, may
    if not 0 <= opened <= may:
        asked = f"new = {new}" if p is None else f"p = {p}"
        raise ProblemError(f"{asked}: {stay} schools stay and {may} candidates may be opened.")
    return int(opened), int(opened)


def summed(values: NDArray[np.float64], shared: Shared) -> NDArray[np.float64]:
    """Seats or least enrolments of the schools of each zone together."""
    return np.array([values[list(zone)].sum() for zone in shared.zones])


def place_by_costs(costs: Costs) -> NDArray[np.float64]:
    """The ways of each unit to all schools, in place of its coordinates; what is out of reach is twice the longest."""
    far = 2.0 * float(costs.cost.max(initial=0.0)) + 1.0
    table = np.full((len(costs.demand_ids), len(costs.site_ids)), far)
    table[costs.demand, costs.site] = costs.cost
    return table
