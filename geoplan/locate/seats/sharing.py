"""A first look at the sites: those that would be open if rows could be shared among sites.

Sharing is a relaxation that is solved much faster; what whole rows cost more is little where a site has many, and it
hardly depends on the sites.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoplan.locate.seats.seating import seatings
from geoplan.locate.seats.splittable import solve_splittable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.locate.clock import Clock
    from geoplan.locate.core import SeatsCore

    Plan = tuple[NDArray[np.int64], NDArray[np.int64]]

GAP = 1e-3
"""Relative gap to which the relaxation is solved."""
SHARE = 0.6
"""Most of the time left that the relaxation takes; the rest is for its sites."""


def by_sharing(
    core: SeatsCore, *, plans: int, known: Plan | None, best: float, clock: Clock, seed: int
) -> tuple[Plan | None, float]:
    """The best plan found with those sites (None where there is none), and what no plan at all undercuts.

    Args:
        core: the problem.
        plans: how many drafts to make with those sites.
        known, best: the best plan known, if any, and its cost, inf where there is none.
        clock: when to stop.
        seed: of all that is random.
    """
    shared = solve_splittable(core, clock=clock.within(SHARE * clock.left_s), gap=GAP, seed=seed)
    # the relaxation is solved in floating point by another program: a hair is taken off its bound
    bound = shared.bound - 1e-9 * abs(shared.bound) if np.isfinite(shared.bound) else shared.bound
    if shared.option is None:
        return None, bound if shared.proved else -np.inf
    is_open = shared.option >= 0
    plan = seatings(core, is_open, plans=plans, known=known, best=best, clock=clock, seed=seed)
    return plan, bound
