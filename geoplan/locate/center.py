"""The p-centre: open sites so that the largest cost at which anybody is served is least.

"Is this radius enough" is a set cover with a greatest number of sites (Minieka 1970), and only the distinct costs
need be asked. Quick answers bracket the optimum first; exact ones close what is left, from above.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoplan.locate.core import Found, SitingCore
from geoplan.locate.cover.engine import cover_with

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.locate.clock import Clock

PATIENCE = 0.3
"""Share of the time left that one exact answer may take while the bound can be raised elsewhere."""


def solve_center(
    core: SitingCore, *, clock: Clock, gap: float = 0.0, seed: int = 0, start: NDArray[np.bool_] | None = None
) -> tuple[Found, float]:
    """Solve the p-centre of a core.

    Args:
        core: `cost` and `base` are of one unit (not times weight); rows are those that count (with weight above 0).
            Of the base, inf is a row that a site must serve. Costs of sites are not looked at.
        gap: relative gap at which a plan is good enough.
        start: a plan to begin with; it need not keep the rules.

    Returns:
        What was found, its `bound` one on the radius; and the radius of the plan, inf where there is none.
    """
    search = _Search(core, clock=clock, seed=seed, gap=gap)
    if start is not None and core.allows(start):
        search.keep(start)
    search.bracket()
    search.close()
    return search.found()


def radius(core: SitingCore, is_open: NDArray[np.bool_]) -> float:
    """The largest cost at which a row is served by a plan, inf where one is not; 0 without rows."""
    if core.cost is None:
        raise TypeError("a p-centre needs the cost of each pair")
    return float(_served(core, np.where(is_open[core.site], core.cost, np.inf)).max(initial=0.0))


def _served(core: SitingCore, cost: NDArray[np.float64]) -> NDArray[np.float64]:
    """The least of each row's costs and its base."""
    least = core.base.copy()
    filled = np.flatnonzero(np.diff(core.indptr) > 0)
    if len(filled):
        least[filled] = np.minimum(least[filled], np.minimum.reduceat(cost, core.indptr[:-1][filled]))
    return least


class _Search:
    """The bracket around the least radius.

    Attributes:
        values: the distinct costs that may be the answer, ascending.
        low: every value before this one is too small, by proof.
        high: position of the radius of the best plan; one past the end while there is none.
    """

    def __init__(self, core: SitingCore, *, clock: Clock, seed: int, gap: float) -> None:
        if core.cost is None:
            raise TypeError("a p-centre needs the cost of each pair")
        self.core, self.clock, self.seed, self.gap = core, clock, seed, gap
        self.cost = core.cost
        least = float(_served(core, self.cost).max(initial=0.0))
        values = np.unique(np.concatenate([self.cost, core.base[np.isfinite(core.base)], [least]]))
        # none at all where a row is out of reach of every site
        self.values = values[(values >= least) & np.isfinite(values)]
        self.plan: NDArray[np.bool_] | None = None
        self.low, self.high = 0, len(self.values)

    def keep(self, is_open: NDArray[np.bool_]) -> None:
        """A plan that keeps the rules."""
        reached = radius(self.core, is_open)
        at = int(np.searchsorted(self.values, reached))
        if at < self.high and np.isfinite(reached):
            self.plan, self.high = is_open, at
            self.clock.tell("p-centre: better plan", reached, self._bound())

    def bracket(self) -> None:
        """Quick answers by bisection; what they leave open counts as too small for now."""
        if len(self.values):
            self._ask(len(self.values) - 1, self.clock)
        low = self.low
        while low < self.high and not self._over():
            at = (low + self.high) // 2
            self._ask(at, self.clock)
            if self.high > at:
                low = at + 1

    def close(self) -> None:
        """Exact answers, the value below the best radius first: where it is too small, all smaller ones are.

        Where that takes too much of the time left, smaller values (easier to refute) raise the bound.
        """
        ceiling = self.high
        while self.low < ceiling and not self._over():
            at = ceiling - 1 if ceiling == self.high else (self.low + ceiling) // 2
            before = self.low, self.high
            self._ask(at, self.clock.within(PATIENCE * self.clock.left_s), exactly=True)
            ceiling = min(at if before == (self.low, self.high) else ceiling, self.high)
        if self.low < self.high and not self._over():
            self._ask(self.high - 1, self.clock, exactly=True)

    def found(self) -> tuple[Found, float]:
        """The plan, its bound and its radius."""
        if self.plan is None:
            none = self.low >= len(self.values)
            return Found(None, np.inf if none else self._bound(), proved=none), np.inf
        reached = float(self.values[self.high])
        return Found(self.plan, self._bound(), proved=self.low >= self.high), reached

    def _over(self) -> bool:
        if self.clock.over:
            return True
        if self.plan is None:
            return False
        reached = float(self.values[self.high])
        return reached - self._bound() <= self.gap * abs(reached)

    def _bound(self) -> float:
        return float(self.values[self.low]) if self.low < len(self.values) else np.inf

    def _ask(self, at: int, clock: Clock, *, exactly: bool = False) -> None:
        """Is this value enough: quickly, and exactly where the quick answer is neither yes nor no."""
        for answer in cover_with(self._within(at), self.core.count[1], clock=clock, seed=self.seed):
            if self._take(at, answer) or not exactly:
                return

    def _take(self, at: int, answer: Found) -> bool:
        """Use an answer; False where it says neither yes nor no."""
        if answer.is_open is not None:
            self.keep(self._padded(answer.is_open))
            return True
        if answer.proved:
            self.low = max(self.low, at + 1)
            self.clock.tell("p-centre: bound", None, self._bound())
        return answer.proved

    def _within(self, at: int) -> SitingCore:
        """The set cover of the rows that are not served within a radius as it is."""
        far = self.core.base > self.values[at]
        count = np.diff(self.core.indptr)
        near = (self.cost <= self.values[at]) & np.repeat(far, count)
        total = np.concatenate([[0], np.cumsum(near)])
        inside = (total[self.core.indptr[1:]] - total[self.core.indptr[:-1]])[far]
        rules = self.core.other_rules
        return SitingCore(
            np.concatenate([[0], np.cumsum(inside)]),
            self.core.site[near],
            None,
            np.full(len(inside), np.inf),
            np.ones(self.core.sites),
            # without other rules the least count is kept by padding, the greatest by the number asked for
            self.core.rules if rules else (),
        )

    def _padded(self, is_open: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """The lowest closed sites make up the least count."""
        wanted = self.core.count[0] - int(is_open.sum())
        if wanted > 0:
            is_open = is_open.copy()
            is_open[np.flatnonzero(~is_open)[:wanted]] = True
        return is_open
