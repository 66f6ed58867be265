"""Closing a school, tried out: who would have to go where, who would be too far, and what must come first.

JZ:244 (焦作): 保留并办好必要的乡村小规模学校（含教学点）. A school is needed where its closing leaves anyone beyond the
journey limit. Only counts are made, never a list of children.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from geoplan.coverage.dossier import Closure, ClosureVerdict
from geoplan.coverage.journey import LIMIT_MINUTES, journeys, routes_of
from geoplan.coverage.receiving import receivers_of, to_public
from geoplan.coverage.standing import closing_schools, schools_offering
from geoplan.coverage.standing import enrolled as enrolled_in
from geoplan.coverage.supply import existing_supply
from geoplan.demand import build_demand
from geoplan.errors import ProblemError
from geoplan.rules import Level
from geoplan.travel.straight import TOUCH_M
from geoplan.units import WALK_M_PER_MINUTE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from geoplan.coverage.journey import Route
    from geoplan.coverage.supply import Supply
    from geoplan.demand import Demand, StageSeats, Units
    from geoplan.travel import TravelEngine
    from geoplan.types import Layers, Stage

FARTHEST_M = 100_000.0
"""Nobody goes to a school that is farther, also where no other can be reached."""


def close_school(
    engine: TravelEngine,
    layers: Layers,
    units: Units,
    school_id: str,
    *,
    stage: Stage,
    limit_minutes: float = LIMIT_MINUTES,
    seats: StageSeats | None = None,
    with_private: bool = False,
) -> Closure:
    """`simulate_closure` with what the layers tell; schools that have closed or are to close take nobody in.

    Args:
        seats: as in `existing_supply`.
        with_private: pupils of a public school may go to a private one in the compulsory stages, too.

    Raises:
        ProblemError: no such school, or one that does not offer the stage; the message says what may be meant.
    """
    frame = schools_offering(layers, school_id, stage)
    gone = closing_schools(layers) - {school_id}
    supply = existing_supply(layers, units, stage, seats=seats)
    ownership = {str(each): str(owner) for each, owner in frame["ownership"].items()} if "ownership" in frame else {}
    owed_public = stage in Level.COMPULSORY.stages and ownership.get(school_id) != "private"
    return simulate_closure(
        engine,
        build_demand(units, stage, limit_minutes * WALK_M_PER_MINUTE),
        supply.only(np.array([str(each) not in gone for each in supply.ids], dtype=bool)),
        school_id,
        enrolled=enrolled_in(frame, stage),
        routes=routes_of(layers.stops),
        limit_minutes=limit_minutes,
        ownership=ownership,
        public_only=owed_public and not with_private,
    )


def simulate_closure(
    engine: TravelEngine,
    demand: Demand,
    supply: Supply,
    school_id: str,
    *,
    enrolled: Mapping[str, float] | None = None,
    routes: Sequence[Route] = (),
    limit_minutes: float = LIMIT_MINUTES,
    ownership: Mapping[str, str] | None = None,
    public_only: bool = False,
) -> Closure:
    """Who would lose a school, where they would go, and whether anyone would then be too far.

    Its pupils are taken to live where it is the nearest school of its stage; where it is nobody's nearest and has
    pupils, at the school itself. A school that is known to have none may close.

    Args:
        supply: the schools that stand, the one in question among them.
        enrolled: pupils by school id; tells how many of them there are, and which seats elsewhere are free.
        routes: bus service of today, from `routes_of`.
        limit_minutes: the longest journey.
        ownership: public or private, by school id.
        public_only: private schools take nobody in; those that would are told apart.

    Raises:
        ProblemError: the school does not offer the stage.
    """
    rows = np.flatnonzero(supply.ids.astype(str) == school_id)
    if not len(rows):
        raise ProblemError(f"No {supply.stage.value} school {school_id!r} to close.")
    row = int(rows[0])
    xy, weight = _homes(engine, demand, supply, enrolled or {})[row]
    rest = supply.only(np.arange(len(supply)) != row)
    owner = ownership or {}
    go = partial(journeys, engine, xy, routes=routes, limit_minutes=limit_minutes)
    found, passed_over = to_public(go(rest), go, owner) if public_only else (go(rest), ())
    own = (enrolled or {}).get(school_id, np.nan)
    counted = _knows_pupils(demand) or demand.units.counts == "pupils" or not np.isnan(own)
    total = float(weight.sum()) if np.isnan(own) else float(own)
    heads = weight * (total / weight.sum()) if len(xy) else weight
    is_far = ~found.within
    return Closure(
        school=school_id,
        name=str(supply.names[row] or school_id),
        stage=supply.stage,
        limit_minutes=limit_minutes,
        counts="pupils" if counted else "people",
        pupils=total,
        beyond=total if is_far.all() else float(heads[is_far].sum()),
        verdict=ClosureVerdict.KEEP if is_far.any() else ClosureVerdict.MAY_CLOSE,
        receivers=receivers_of(found, heads, enrolled or {}, owner),
        passed_over=passed_over,
    )


def schools_to_keep(
    engine: TravelEngine,
    demand: Demand,
    supply: Supply,
    *,
    enrolled: Mapping[str, float] | None = None,
    limit_minutes: float = LIMIT_MINUTES,
) -> NDArray[np.bool_]:
    """Which schools could not be closed, each alone, without leaving anyone beyond the limit on foot; shape (n,).

    The verdict of `simulate_closure` without buses, for all schools at once.
    """
    homes = _homes(engine, demand, supply, enrolled or {})
    owner = np.repeat(np.arange(len(supply)), [len(xy) for xy, _ in homes])
    xy = np.concatenate([xy for xy, _ in homes]) if homes else np.zeros((0, 2))
    pairs = engine.within(xy, supply.xy, limit_minutes * WALK_M_PER_MINUTE + TOUCH_M)
    origin = pairs.origin()
    others = np.bincount(origin[pairs.target != owner[origin]], minlength=len(xy))
    keep = np.zeros(len(supply), dtype=bool)
    keep[owner[others == 0]] = True
    return keep


def missed_schools(
    engine: TravelEngine,
    demand: Demand,
    standing: Supply,
    closed: Supply,
    *,
    enrolled: Mapping[str, float] | None = None,
    limit_minutes: float = LIMIT_MINUTES,
) -> NDArray[np.bool_]:
    """Which closed schools, each alone beside those that stand, would be needed; shape (closed,).

    The verdict of `simulate_closure` on each of them as if it were still open, for all of them at once.

    Args:
        enrolled: pupils by id when they closed; a school that had none is not missed.
    """
    heads = demand.pupils if demand.pupils is not None and _knows_pupils(demand) else demand.people
    xy = demand.xy[heads > 0]
    limit_m = limit_minutes * WALK_M_PER_MINUTE + TOUCH_M
    now_m = engine.nearest(xy, standing.xy).distance_m
    pairs = engine.within(xy, closed.xy, np.minimum(now_m, FARTHEST_M))
    is_far = now_m[pairs.origin()] > limit_m
    homes, far_homes = (np.bincount(pairs.target[rows], minlength=len(closed)) for rows in (slice(None), is_far))
    pupils = np.array([(enrolled or {}).get(str(each), np.nan) for each in closed.ids])
    site_is_far = engine.nearest(closed.xy, standing.xy).distance_m > limit_m
    stands_for_them = (homes == 0) & (pupils > 0) & site_is_far
    return np.asarray((pupils != 0) & ((far_homes > 0) | stands_for_them))


def _knows_pupils(demand: Demand) -> bool:
    """A column of pupils that is blank or 0 throughout tells nothing."""
    return demand.pupils is not None and bool((demand.pupils > 0).any())


def _homes(
    engine: TravelEngine, demand: Demand, supply: Supply, enrolled: Mapping[str, float]
) -> list[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Where the pupils of each school live, and how many (pupils, else people); see `simulate_closure`."""
    heads = demand.pupils if demand.pupils is not None and _knows_pupils(demand) else demand.people
    lived = np.flatnonzero(heads > 0)
    target = engine.nearest(demand.xy[lived], supply.xy).target
    order = lived[np.argsort(target, kind="stable")]
    ends = np.searchsorted(np.sort(target), np.arange(len(supply) + 1))
    found = []
    for row in range(len(supply)):
        mine = order[ends[row] : ends[row + 1]]
        pupils = enrolled.get(str(supply.ids[row]), np.nan)
        if pupils == 0:
            mine = mine[:0]
        stands_for_them = not len(mine) and pupils > 0
        found.append((supply.xy[[row]], np.ones(1)) if stands_for_them else (demand.xy[mine], heads[mine]))
    return found
