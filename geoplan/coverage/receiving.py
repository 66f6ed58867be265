"""Who takes in the pupils of a school that closes: which schools, how many each, and private ones that do not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoplan.coverage.dossier import Receiver
from geoplan.coverage.journey import Vehicle
from geoplan.demand import largest_remainder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from geoplan.coverage.journey import Journeys
    from geoplan.coverage.supply import Supply


def to_public(
    found: Journeys, go: Callable[[Supply], Journeys], ownership: Mapping[str, str]
) -> tuple[Journeys, tuple[tuple[str, float], ...]]:
    """The ways to public schools, and the private ones on the way there: names and seats."""
    schools = found.supply
    is_private = np.array([ownership.get(str(each)) == "private" for each in schools.ids], dtype=bool)
    passed = [each for each in np.unique(found.school) if each >= 0 and is_private[each]]
    if not passed:
        return found, ()
    told = tuple((str(schools.names[each] or schools.ids[each]), float(schools.seats[each])) for each in passed)
    return go(schools.only(~is_private)), told


def receivers_of(
    found: Journeys, heads: NDArray[np.float64], enrolled: Mapping[str, float], ownership: Mapping[str, str]
) -> tuple[Receiver, ...]:
    """The schools that pupils go to, most pupils first.

    Args:
        heads: pupils at each point, shape (m,).
        enrolled: pupils of today by school id; tells which seats are free.
        ownership: public or private, by school id.
    """
    whole = round(float(heads.sum()))
    if abs(whole - heads.sum()) < 1e-6 and whole:
        # pupils are whole; where they live may divide them
        heads = _whole_by_school(found.school, heads, whole)
    receivers = []
    for row in np.unique(found.school):
        mine = np.flatnonzero(found.school == row)
        far = int(mine[np.argmax(found.minutes[mine])])
        each = str(found.supply.ids[row]) if row >= 0 else ""
        free = float(found.supply.seats[row]) - enrolled.get(each, np.nan) if row >= 0 else np.nan
        receivers.append(
            Receiver(
                id=each,
                name=str(found.supply.names[row] or each) if row >= 0 else "",
                pupils=float(heads[mine].sum()),
                distance_m=float(found.distance_m[far]),
                minutes=float(found.minutes[far]),
                vehicle=Vehicle(found.vehicle[far]),
                free_seats=None if np.isnan(free) else free,
                ownership=ownership.get(each, ""),
            )
        )
    return tuple(sorted(receivers, key=lambda each: -each.pupils))


def _whole_by_school(school: NDArray[np.int64], heads: NDArray[np.float64], whole: int) -> NDArray[np.float64]:
    """The heads of each school as a whole number, written at the first of its points."""
    _, first, inverse = np.unique(school, return_index=True, return_inverse=True)
    found = np.zeros(len(heads))
    found[first] = largest_remainder(whole, np.asarray(np.bincount(inverse.ravel(), heads), dtype=float))
    return found
