"""Making a plan of seats cheaper: local search, then small parts of it solved exactly, one after the other.

Gnägi & Baumann (2021), "A matheuristic for large-scale capacitated clustering"; Kong (2021), "A matheuristic for
capacitated facility location with service areas": pick a site, free its nearest open sites with all their rows and
the closed sites around, solve that by branch and bound, replace, repeat.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from geoplan.locate.seats.annealing import anneal
from geoplan.locate.seats.choice import choose_options
from geoplan.locate.seats.evaluate import objective, pair_of_row
from geoplan.locate.seats.moves import nearest_open, state_of, terms_of
from geoplan.locate.seats.neighbourhood import pick_closed, pick_open
from geoplan.locate.seats.part import Outside, part_of, solve_part
from geoplan.locate.seats.search import REACH, WIDTH, search

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.locate.clock import Clock
    from geoplan.locate.core import SeatsCore
    from geoplan.locate.seats.moves import Floats, Ints, State, Terms

    Plan = tuple[Ints, Ints]

SIZES = (3, 5, 8, 12)
"""Open sites of a part, a size after the other once a size finds nothing more."""
MOST_PAIRS = 6000
"""Pairs of a part; larger ones are solved too slowly to be worth it."""
TURNS = 3
"""How often annealing and exact parts take turns."""
HOPE = 0.0015
"""A plan that is dearer than the best one by more than this share is not worth larger parts."""
NODES = 200
"""Branch-and-bound nodes for a part."""


def improve(
    core: SeatsCore, option: Ints, site_of_row: Ints, *, clock: Clock, seed: int, multipliers: Floats | None = None
) -> Plan:
    """A plan that is never worse and keeps everything, given one that does.

    Args:
        core: the problem.
        option: option taken by each site, -1 closed. Shape (sites,).
        site_of_row: site of each row, -1 unserved. Shape (rows,).
        clock: when to stop.
        seed: of the order in which rows and sites are looked at.
        multipliers: value of serving each row, from a Lagrangian bound.
    """
    run = _Run(core, option.copy(), site_of_row.copy(), clock, seed, multipliers)
    run.descend()
    for turn in range(TURNS):
        before = run.value
        run.accept(*anneal(core, run.option, run.site_of_row, clock=clock, seed=seed + turn))
        run.sweeps()
        if clock.over or (turn > 0 and run.value >= before):
            break
    return run.option, run.site_of_row


def polished(core: SeatsCore, plan: Plan, *, best: float, clock: Clock, seed: int) -> Plan:
    """A plan that is never worse, by exact parts alone, as long as it may become better than one that costs `best`."""
    run = _Run(core, plan[0].copy(), plan[1].copy(), clock, seed, None)
    run.descend()
    run.sweeps(best)
    return run.option, run.site_of_row


@dataclass
class _Run:
    """The best plan so far, when each site was changed, and when parts were solved last."""

    core: SeatsCore
    option: Ints
    site_of_row: Ints
    clock: Clock
    seed: int
    multipliers: Floats | None
    tick: int = 0
    solved: dict[tuple[int, bytes], int] = field(default_factory=dict)
    terms: Terms = field(init=False)
    value: float = field(init=False)
    changed: Ints = field(init=False)

    def __post_init__(self) -> None:
        self.terms = terms_of(self.core)
        self.value = objective(self.core, self.option, self.site_of_row)
        self.changed = np.ones(self.core.sites, dtype=np.int64)
        self.rng = np.random.default_rng(self.seed)

    def state(self) -> State:
        pair = pair_of_row(self.core, self.site_of_row)
        row_cost = np.where(pair >= 0, self.core.cost[pair], self.core.base)
        return state_of(self.core, self.option >= 0, self.site_of_row, row_cost)

    def accept(self, option: Ints, site_of_row: Ints) -> bool:
        """Take a plan if it is better."""
        value = objective(self.core, option, site_of_row)
        if not value < self.value - 1e-9 * max(1.0, abs(self.value)):
            return False
        self.tick += 1
        moved = site_of_row != self.site_of_row
        touched = np.concatenate([
            self.site_of_row[moved], site_of_row[moved], np.flatnonzero(option != self.option)
        ])  # fmt: skip
        self.changed[touched[touched >= 0]] = self.tick
        self.option, self.site_of_row, self.value = option, site_of_row, value
        return True

    def descend(self) -> None:
        """Local search on the whole plan."""
        s = self.state()
        search(self.core, self.terms, s, clock=self.clock, rng=self.rng)
        option = choose_options(self.core, s.is_open, s.load)
        if option is not None:
            self.accept(option, s.site_of_row)

    def sweeps(self, best: float = np.inf) -> None:
        """Parts of every size around every open site until none gets better, or the plan is far from `best`."""
        for size in SIZES:
            before = np.inf
            while not self.clock.over and self.value < before:
                before = self.value
                self.sweep(size)
                self.descend()
            if self.value > best + HOPE * abs(best):
                return

    def sweep(self, size: int) -> bool:
        """Solve the part around each open site once; whether anything got better."""
        before = self.value
        centres = np.flatnonzero(self.option >= 0)
        if not len(centres):
            return False
        near, _ = nearest_open(self.terms, self.option >= 0, WIDTH)
        for centre in self._in_turn(centres):
            if self.clock.over:
                break
            if self.option[centre] >= 0 and self._solve_around(near, centre, size):
                near, _ = nearest_open(self.terms, self.option >= 0, WIDTH)
                self.clock.tell("improving", self.value)
        return self.value < before

    def _in_turn(self, centres: Ints) -> list[int]:
        """In random order, or where multipliers tell what rows should cost, the dearest site first."""
        if self.multipliers is None:
            return list(self.rng.permutation(centres).tolist())
        s = self.state()
        served = s.site_of_row >= 0
        beyond = np.bincount(
            s.site_of_row[served], weights=(s.row_cost - self.multipliers)[served], minlength=self.core.sites
        )
        beyond += np.where(self.option >= 0, self.core.option_cost[self.option], 0.0)
        return list(centres[np.argsort(-beyond[centres], kind="stable")].tolist())

    def _solve_around(self, near: NDArray[np.int32], centre: int, size: int) -> bool:
        core = self.core
        stations = pick_open(near, np.flatnonzero(self.site_of_row == centre), centre, size)
        key = (size, stations.tobytes())
        if self.solved.get(key, -1) >= int(self.changed[stations].max()):
            return False
        self.solved[key] = self.tick
        inside = np.zeros(core.sites + 1, dtype=np.bool_)
        inside[stations] = True
        unserved = (self.site_of_row < 0) & inside[near[:, 0]]
        rows = np.flatnonzero(inside[self.site_of_row] | unserved)
        width = max(3, min(10, MOST_PAIRS // max(1, len(rows))))
        s = self.state()
        closed = pick_closed(core, self.terms, s.is_open, rows, s.row_cost, 4 * size, REACH)
        sites = np.union1d(stations, closed)
        part = part_of(core, rows, sites, self.site_of_row, width)
        if not len(rows):
            return False
        answer = solve_part(
            core, part, self._outside(sites, s), clock=self.clock, seed=self.seed, nodes=NODES,
            now=(self.option, self.site_of_row),
        )  # fmt: skip
        if answer is None:
            return False
        option, site_of_row = self.option.copy(), self.site_of_row.copy()
        option[sites], site_of_row[rows] = answer.option, answer.site_of_row
        return self.accept(option, site_of_row)

    def _outside(self, sites: Ints, s: State) -> Outside:
        core = self.core
        rest = self.option >= 0
        rest[sites] = False
        taken = self.option[rest]
        added = np.maximum(s.load[rest] - core.option_capacity[taken], 0.0)
        spend = float(core.option_spend[taken].sum() + (core.extra_spend[rest] * added).sum())
        return Outside(np.array([rule.amount(rest) for rule in core.rules], dtype=np.float64), spend)
