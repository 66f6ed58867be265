"""Shaking a plan within the sites that the relaxation thinks well of."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING

import numpy as np

from geoplan.locate.median.columns import columns_of
from geoplan.locate.median.interchange import shake, start_search
from geoplan.locate.median.polish import promising
from geoplan.locate.median.ruletable import rule_table

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.locate.clock import Clock
    from geoplan.locate.median.ascent import Ascent
    from geoplan.locate.median.incumbent import Incumbent
    from geoplan.locate.median.shrink import Rest

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

COARSE = 0.02
"""Relative gap from which on the relaxation does not know yet which sites are promising."""

SHAKEN_PAIRS = 200_000
"""Pairs of the part of a core in which the search shakes most."""

MANY_PAIRS = 4_000_000
"""Pairs of the larger part in which it shakes now and then: what lies outside of the small one is found there."""

STRETCH = 2.0
"""How far beyond its multiplier a row may be served there."""


def shake_within(
    best: Incumbent,
    rest: Rest,
    opening: Floats,
    ascent: Ascent,
    clock: Clock,
    rng: np.random.Generator,
    *,
    large: bool,
) -> None:
    """Shake the best plan within the sites that the relaxation thinks well of: few of them often, many now and then.

    Args:
        rest, opening, ascent: what is left, the penalty for opening each of its sites, and the climb they are from.
        large: the rest is, so that the few sites that can be shaken often may be the wrong ones.
    """
    if best.plan is None or best.value - best.bound > COARSE * abs(best.value):
        return
    room = best.cut - rest.constant - ascent.bound
    for pairs in (SHAKEN_PAIRS, MANY_PAIRS)[: 2 if large else 1]:
        part, reach = promising(best, rest, opening, ascent.multiplier, room=room, most_pairs=pairs, stretch=STRETCH)
        found = _shake_part(part, best.plan[part.site], opening, ascent, clock, rng, large=large)
        if found is not None:
            best.offer(rest.whole(part.whole(found, rest.core.sites), best.core.sites), "interchange")
        if reach == room:
            return


def _shake_part(
    part: Rest,
    plan: Flags,
    opening: Floats,
    ascent: Ascent,
    clock: Clock,
    rng: np.random.Generator,
    *,
    large: bool,
) -> Flags | None:
    """Shake a plan of a part, and what the relaxation says in its place; in a small part only the better one of them.

    The plan itself may have fallen out of the part: fixing keeps only what could be better. Where little is
    left that is taken for a sign that there is nothing better.
    """
    many = len(part.core.site) > SHAKEN_PAIRS
    if not large and not part.core.allows(plan):
        return None
    begin = [plan]
    low, high = part.core.count
    # sites that are open in the relaxation have no penalty, and the share tells how often they were
    for ranking in (opening[part.site] - ascent.share[part.site], -ascent.share[part.site]):
        guided = np.zeros(part.core.sites, dtype=np.bool_)
        guided[np.argsort(ranking, kind="stable")[: max(low, min(high, int(plan.sum())))]] = True
        begin.append(guided)
    begin = [each for each in begin if part.core.allows(each)]
    if not begin:
        return None
    search = start_search(part.core, rule_table(part.core), columns_of(part.core), begin[0])
    starts = []
    for each in begin:
        search.go_to(each)
        search.descend(clock)
        starts.append((search.value, search.is_open.copy()))
    starts.sort(key=itemgetter(0))
    tries = int(np.clip(60_000_000 // (len(part.core.site) + 10 * part.core.sites + 1), 20, 600))
    shaken = []
    for value, start in starts if many else starts[:1]:
        search.go_to(start)
        found = shake(search, tries=tries, clock=clock, rng=rng)
        shaken.append((min(value, search.value), found))
    return min(shaken, key=itemgetter(0))[1]
