"""A patient ascent: steps that shrink at an even rate, and the mean of the prices tried beside the newest.

The quick ascent of `duals.climb` follows the distance to the best plan, which the bound need not reach, and stops
short. After Shor 1985; Nesterov & Shikhman 2015.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from geoplan.zones.bounding.duals import REACH, Climbed, ask

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from geoplan.zones.bounding.duals import Asked, Prices
    from geoplan.zones.bounding.layout import Layout
    from geoplan.zones.core import ZonesCore

NEWEST = 0.1
"""Weight of the newest supergradient in the direction, and of the newest prices in the mean."""
LAST_STEP = 0.005
"""Last step, as a part of the first."""
EVERY = 20
"""Steps after which the mean is tried."""


def cool(
    core: ZonesCore,
    layout: Layout,
    prices: Prices,
    known: NDArray[np.int8],
    *,
    target: float,
    rounds: int,
    most_nodes: int,
    first_step: float,
    stop: Callable[[], bool],
    seen: Callable[[Asked], None],
) -> Climbed:
    """Raise the bound; arguments as those of `geoplan.zones.bounding.duals.climb`.

    `opened` is the mean of the later half of the answers.

    Args:
        first_step: as a multiple of what each unit's price would have to rise if all shared the distance to `target`.
    """
    mean, newest = prices, prices
    answer = ask(core, layout, newest, known, most_nodes=most_nodes)
    seen(answer)
    best = Climbed(newest, answer.bound, core.must_open.astype(float))
    opened, limited = [answer.chosen], bool(np.isfinite(core.moved_most))
    way, move_way = np.zeros(core.units), 0.0
    aim = min(target, answer.bound + REACH * max(abs(answer.bound), float(np.abs(prices.unit).sum())))
    length = first_step * max(aim - answer.bound, 0.0) / core.units
    for turn in range(rounds):
        if stop() or best.bound >= target or np.isinf(answer.bound):
            break
        way = (1.0 - NEWEST) * way + NEWEST * answer.slope
        move_way = (1.0 - NEWEST) * move_way + NEWEST * answer.moved if limited else 0.0
        # the mean square of the direction is kept at one, so that the length alone says how far a step goes
        step = length / max(float(np.sqrt(((way * way).sum() + move_way * move_way) / core.units)), 1e-9)
        newest = replace(newest, unit=newest.unit + step * way, move=max(0.0, newest.move + step * move_way))
        mean = replace(
            mean,
            unit=mean.unit + NEWEST * (newest.unit - mean.unit),
            move=mean.move + NEWEST * (newest.move - mean.move),
        )
        length *= LAST_STEP ** (1.0 / rounds)
        for tried in (mean, newest) if turn % EVERY == EVERY - 1 else (newest,):
            answer = ask(core, layout, tried, known, most_nodes=most_nodes)
            seen(answer)
            if answer.bound > best.bound:
                best = replace(best, prices=tried, bound=answer.bound)
        opened.append(answer.chosen)
    return replace(best, opened=np.mean(opened[len(opened) // 2 :], axis=0))
