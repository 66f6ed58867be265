"""The program that combines groups: in shares it gives prices, in whole numbers the best plan that they make.

Prices come from column generation within a box around the best ones (du Merle, Villeneuve, Desrosiers & Hansen 1999,
"Stabilized column generation", Discrete Mathematics 194).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoplan.locate.box import Box
from geoplan.locate.core import COUNT
from geoplan.locate.highs import GrowingLp, milp_from_entries, minimise, rows_only
from geoplan.locate.seats.exact import GOOD_SCALE, Finish
from geoplan.locate.seats.pool import Charges
from geoplan.locate.seats.trios import crowding

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.locate.clock import Clock
    from geoplan.locate.highs import Options
    from geoplan.locate.seats.pool import Asked, Pool

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

PRESOLVED = 3_000
"""Of more groups HiGHS looks at pairs for longer than it saves: 36 of 38 seconds where 18,000 were combined."""
FRESH = 300
"""Groups that come into the program at each step, and two more for each row."""


@dataclass(frozen=True, eq=False)
class Tightened:
    """The best charges and what the groups answer; the groups of the program, and how much of each it uses."""

    asked: Asked
    which: Ints
    share: Floats


def tighten(pool: Pool, asked: Asked, *, target: float, tolerance: float, steps: int, clock: Clock) -> Tightened:
    """Better charges for the trios of a pool.

    Args:
        asked: where to begin.
        target: a bound at which nothing more is to be gained.
        tolerance: stop where no more than this is to be gained.
        steps: at most.
    """
    program = _Program(pool, asked)
    for _ in range(steps):
        if clock.over or program.best.bound >= target or not program.step(tolerance, clock):
            break
    return Tightened(program.best, program.which, program.share)


class _Program:
    """Groups in shares, within a box around the best charges."""

    def __init__(self, pool: Pool, asked: Asked) -> None:
        core = pool.ground.core
        self.pool, self.best = pool, asked
        self.box = Box(max(float(np.abs(asked.charges.row).mean()), 1e-9))
        rows, sites, trios = core.rows, core.sites, len(pool.trios)
        at_most = np.full(trios, -np.inf)
        must = np.where(core.must_open, 1.0, -np.inf)
        low = np.concatenate([np.ones(rows), must, [_least_count(pool)], at_most])
        high = np.concatenate([np.ones(rows + sites), [core.count[1]], np.ones(trios)])
        self.lp = GrowingLp(rows_only(low, high))
        # at the ends of its box a row may be left out or served twice, and a trio be served too often
        ends = np.concatenate([np.arange(rows), np.arange(rows), rows + sites + 1 + np.arange(trios)])
        signs = np.concatenate([np.ones(rows), -np.ones(rows + trios)])
        self.ends = len(ends)
        self.lp.add(np.zeros(self.ends), np.arange(self.ends + 1), ends, signs)
        left = np.flatnonzero(np.isfinite(core.base))
        self.lp.add(core.base[left], np.arange(len(left) + 1), left, np.ones(len(left)))
        self.first = self.ends + len(left)
        self.which = np.zeros(0, dtype=np.int64)
        self.share = np.zeros(0)
        self.inside = np.zeros(len(pool.groups), dtype=np.bool_)
        self.add(asked)

    def add(self, asked: Asked) -> None:
        """The groups that come first, of those that are not there yet."""
        wanted = FRESH + 2 * self.pool.ground.core.rows
        fresh = np.flatnonzero(~self.inside)
        if len(fresh) > wanted:
            above = self.pool.above(asked)[fresh]
            fresh = np.sort(fresh[np.argpartition(above, wanted)[:wanted]])
        self.inside[fresh] = True
        self.which = np.concatenate([self.which, fresh])
        place, row = _entries(self.pool, fresh)
        order = np.argsort(place, kind="stable")
        start = np.searchsorted(place[order], np.arange(len(fresh) + 1))
        self.lp.add(self.pool.groups.priced[fresh], start, row[order], np.ones(len(row)))

    def step(self, tolerance: float, clock: Clock) -> bool:
        """New charges from the program, and the groups' answer; False where no more is to be gained."""
        core, old, width = self.pool.ground.core, self.best.charges, self.box.width
        self.lp.price(np.concatenate([old.row + width, width - old.row, old.trio + width]))
        answer = self.lp.solve(clock)
        if answer.row_dual is None or answer.x is None:
            return False
        dual = answer.row_dual
        charges = Charges(
            np.minimum(dual[: core.rows], core.base), np.maximum(-dual[core.rows + core.sites + 1 :], 0.0)
        )
        self.share = answer.x[self.first :]
        asked = self.pool.ask(charges)
        expected = answer.bound + self.pool.constant - self.best.bound
        gained = asked.bound - self.best.bound
        if gained > 0:
            self.best = asked
        self.add(asked)
        self.share = np.append(self.share, np.zeros(len(self.which) - len(self.share)))
        return not self.box.resize(expected, gained, float(answer.x[: self.ends].max()), tolerance)


def _least_count(pool: Pool) -> int:
    """How many sites are open at least: by the rule, and for room enough."""
    ground = pool.ground
    room = np.cumsum(-np.sort(-ground.room))
    return max(ground.core.count[0], int((room < ground.need * (1 - 1e-9)).sum()) + 1 if ground.need > 0 else 0)


def _entries(pool: Pool, which: Ints) -> tuple[Ints, Ints]:
    """Place in `which` and row of the program of each entry, all of value 1."""
    core, groups = pool.ground.core, pool.groups
    sizes = np.diff(groups.start)[which]
    place = np.repeat(np.arange(len(which)), sizes)
    entry = np.arange(int(sizes.sum())) - np.repeat(np.cumsum(sizes) - sizes, sizes) + groups.start[which][place]
    crowd, trio = crowding(groups, which, pool.trios)
    every = np.arange(len(which))
    return (
        np.concatenate([place, every, every, crowd]),
        np.concatenate([
            groups.row[entry].astype(np.int64), core.rows + groups.site[which],
            np.full(len(which), core.rows + core.sites), core.rows + core.sites + 1 + trio,
        ]),
    )  # fmt: skip


def combined(
    pool: Pool, which: Ints, *, below: float, clock: Clock, seed: int, most_nodes: int | None = None
) -> Finish:
    """The best plan of some groups that costs less than `below`; a bound that holds for plans of these groups only."""
    core, groups = pool.ground.core, pool.groups
    place, row = _entries(pool, which)
    left = np.flatnonzero(np.isfinite(core.base))
    must, none = np.where(core.must_open, 1.0, -np.inf), np.full(len(pool.trios), -np.inf)
    low = np.concatenate([np.ones(core.rows), must, [core.count[0]], none])
    high = np.concatenate([np.ones(core.rows + core.sites), [core.count[1]], np.ones(len(pool.trios))])
    columns, rows = [place, len(which) + np.arange(len(left))], [row, left]
    values = [np.ones(len(row)), np.ones(len(left))]
    for least, most, amount in _rules(pool, which):
        columns.append(np.arange(len(which)))
        rows.append(np.full(len(which), len(low)))
        values.append(amount)
        low, high = np.append(low, least), np.append(high, most)
    cost = np.concatenate([groups.cost[which], core.base[left]])
    scale = GOOD_SCALE / max(float(np.abs(cost).max(initial=0.0)) * core.rows**0.5, 1e-9)
    model = milp_from_entries(
        cost * scale, np.ones(len(cost)), np.ones(len(cost), dtype=np.bool_),
        (np.concatenate(rows), np.concatenate(columns), np.concatenate(values)), low, high,
    )  # fmt: skip
    options: Options = {"presolve": "choose" if len(which) <= PRESOLVED else "off"}
    if np.isfinite(below):
        options["objective_bound"] = below * scale
    answer = minimise(model, clock=clock, seed=seed, most_nodes=most_nodes, options=options)
    if answer.x is None:
        return Finish(None, answer.bound / scale, answer.proved)
    option = np.full(core.sites, -1, dtype=np.int64)
    site_of_row = np.full(core.rows, -1, dtype=np.int64)
    for group in which[np.flatnonzero(answer.x[: len(which)] > 0.5)].tolist():
        option[groups.site[group]] = groups.option[group]
        site_of_row[groups.row[groups.start[group] : groups.start[group + 1]]] = groups.site[group]
    return Finish((option, site_of_row), answer.bound / scale, answer.proved)


def _rules(pool: Pool, which: Ints) -> list[tuple[float, float, Floats]]:
    """Least and most of every other rule and of the budget, and what each group has of it."""
    core, groups = pool.ground.core, pool.groups
    found: list[tuple[float, float, Floats]] = []
    for rule in core.rules:
        if rule.name != COUNT:
            amount = np.zeros(core.sites)
            amount[rule.sites] = rule.values
            found.append((rule.low, rule.high, amount[groups.site[which]]))
    if np.isfinite(core.budget):
        found.append((-np.inf, core.budget, groups.spend[which]))
    return found
