"""Sieving choices of sites: shares of rows tell which choices may be cheap, prices what whole rows add to each.

Where rows may be shared among sites the best choice is found fast, but it is too cheap, for loads then fit to the last
seat. At any prices of the rows an open site costs at least what its knapsack of whole rows costs, and that is a linear
rule for the program with shared rows: with the prices of a choice of sites, the program says of this choice what its
Lagrangian bound says, and of the others what it can (Geoffrion 1974; Boyd 1993, "Generating Fenchel cutting planes for
knapsack polyhedra"). So each choice that is still too cheap is looked at with whole rows, then ruled out, until all
others cost too much (Hooker & Ottosson 2003, "Logic-based Benders decomposition").
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from geoplan.locate.highs import minimise
from geoplan.locate.seats.evaluate import objective
from geoplan.locate.seats.guess import looked
from geoplan.locate.seats.lagrange import Prices, climbed, first_prices, made_ready, relax
from geoplan.locate.seats.narrow import narrowed, surely_infeasible
from geoplan.locate.seats.part import Layout, Outside
from geoplan.locate.seats.seating import PLANS, seatings
from geoplan.locate.seats.shared import linked_pairs, whole_part

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.locate.clock import Clock
    from geoplan.locate.core import SeatsCore
    from geoplan.locate.seats.branch import Best

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

CLOSER = 1e-6
"""A plan that is cheaper by a smaller share is not looked for."""
PAIRS_PER_ROW = 4
"""Pairs that HiGHS takes in, for each row, at the first look at a choice of sites; more at each later one."""
FRESH, GROWTH = 100, 4
"""HiGHS's nodes at the first look at a choice, and by how much they grow at each later one."""
DRAFTING = 1e-3
"""With more than this share between the bound of a choice and the best plan, drafts help more than HiGHS does."""
DRAFTING_SHARE = 0.8
"""Share of a look that drafts may take then."""
FIRST_SHARE, LATER_SHARE = 0.3, 0.5
"""Share of the time left that the first look at a choice may take, and a later one."""
ITERATIONS = 300, 1_000
"""Prices tried for a choice of sites, without and with a target."""
GAP = 2e-4
"""Relative gap at which a choice is near enough to the cheapest one left."""
PLAIN: dict[str, bool | float | int | str] = {
    "mip_heuristic_effort": 0.0,
    "mip_heuristic_run_root_reduced_cost": False,
    "mip_heuristic_run_rins": False,
    "mip_heuristic_run_rens": False,
    "mip_allow_restart": False,
    "mip_pscost_minreliable": 2,
}
"""For HiGHS: few sites are undecided, so that its own search for points and its trials take longer than they save."""
HAIR = 1e-9
"""Taken off a rule for rounding, relative to the size of its terms."""


def sieved(core: SeatsCore, left: SeatsCore, prices: Floats, best: Best, *, clock: Clock, seed: int) -> float:
    """Look at choices of sites, from that of the best plan on; better plans are offered on the way.

    Args:
        core: the problem, all loads in whole units.
        left: the same without the pairs and sites that no plan below `best.cutoff` uses.
        prices: of the rows, from a bound for the core. Shape (rows,).
        best: the best plan; there is one.
        clock: when to stop.
        seed: for HiGHS.

    Returns:
        A bound for all plans that cost less than `best.cutoff`; that itself where there are none.
    """
    if best.plan is None:
        return -np.inf
    sieve = Sieve(left, prices)
    floor = rest = -np.inf
    choice: Choice | None = Choice(best.plan[0] >= 0, -np.inf)
    doubtful: list[Choice] = []
    while choice is not None and not clock.over:
        is_new = choice.looks == 0
        share = FIRST_SHARE if is_new else LATER_SHARE
        choice = look(core, choice, best, clock=clock.within(share * clock.left_s), seed=seed)
        if choice.bound < best.cutoff:
            doubtful.append(choice)
        following = None
        if is_new:
            sieve.rule_out(choice)
            rest, following = sieve.cheapest(best.cutoff, clock=clock, seed=seed)
        floor = max(floor, min([rest, best.cutoff, *(one.bound for one in doubtful)]))
        clock.tell("sieving choices of sites", best.cost, floor)
        if floor >= best.cutoff:
            _make_the_most(core, best, clock=clock, seed=seed)
            break
        if following is None and doubtful:
            following = min(doubtful, key=lambda one: one.bound)
            doubtful.remove(following)
        choice = following
    return floor


def _make_the_most(core: SeatsCore, best: Best, *, clock: Clock, seed: int) -> None:
    """One look at the sites of the best plan for one that is better by less than the gap that is good enough."""
    if best.plan is not None:
        within = clock.within(FIRST_SHARE * clock.left_s)
        look(core, Choice(best.plan[0] >= 0, -np.inf), best, clock=within, seed=seed, thorough=True)


@dataclass(frozen=True, eq=False)
class Choice:
    """Open sites.

    Attributes:
        bound: no plan with just these sites costs less.
        prices: of the rows, where they were looked for. Shape (rows,).
        looks: how often HiGHS has looked at it.
    """

    is_open: Flags
    bound: float
    prices: Floats | None = None
    looks: int = 0


def look(
    core: SeatsCore, choice: Choice, best: Best, *, clock: Clock, seed: int, thorough: bool = False
) -> Choice:  # fmt: skip
    """Look for a better plan with these sites; the choice with its prices and what no plan with it undercuts.

    Unless `thorough`, only as long as it may hold a plan that costs less than `best.cutoff`.
    """
    small = narrowed(core, None, ~choice.is_open, choice.is_open)
    if surely_infeasible(small.core):
        return replace(choice, bound=np.inf, looks=1)
    limit = max(best.cutoff, best.cost - CLOSER * abs(best.cost))
    ground = made_ready(small.core)
    climb = climbed(ground, first_prices(ground), upper=np.inf, iterations=ITERATIONS[0], clock=clock, enough=limit)
    climb = climbed(ground, climb.best.prices, upper=limit, iterations=ITERATIONS[1], clock=clock, enough=limit)
    seen = replace(
        choice, bound=max(choice.bound, climb.best.bound), prices=climb.best.prices.row, looks=choice.looks + 1
    )
    if seen.bound >= (limit if thorough else best.cutoff):
        return seen
    if best.cost > seen.bound + DRAFTING * abs(seen.bound):
        plan = seatings(
            core, choice.is_open, plans=PLANS, known=best.plan, best=best.cost,
            clock=clock.within(DRAFTING_SHARE * clock.left_s), seed=seed + PLANS * seen.looks,
        )  # fmt: skip
        best.offer(core, plan)
        limit = max(best.cutoff, best.cost - CLOSER * abs(best.cost))
        if choice.looks == 0 and best.cost > seen.bound + DRAFTING * abs(seen.bound):
            return seen
    found = looked(
        small.core, ground, climb.best,
        cutoff=limit, pairs=PAIRS_PER_ROW * core.rows * seen.looks, nodes=FRESH * GROWTH**choice.looks,
        clock=clock, seed=seed,
    )  # fmt: skip
    if found.plan is not None:
        best.offer(core, small.widened(found.plan))
    bound = limit if found.proved else min(found.bound, limit)
    if found.proved and found.plan is not None:
        bound = min(bound, objective(small.core, *found.plan))
    return replace(seen, bound=max(seen.bound, bound))


class Sieve:
    """The program with shared rows, rules from prices, and the choices that were ruled out."""

    def __init__(self, core: SeatsCore, prices: Floats) -> None:
        self.core, self.ground = core, made_ready(core)
        self.part = whole_part(core, np.unique(core.option_site))[0]
        shared = replace(core, splittable=True)
        layout = Layout(shared, self.part, None, linked_pairs(core, self.part, prices))
        self.layout = layout
        self.model, self.scale = layout.model(Outside(np.zeros(len(core.rules)), 0.0))
        self.price(prices)

    def price(self, prices: Floats) -> None:
        """Each open site costs at least its knapsack of whole rows at these prices."""
        core, part, layout = self.core, self.part, self.layout
        value = relax(self.ground, Prices(prices, np.zeros(len(self.ground.other)), 0.0)).value
        dearer = part.pair_cost - prices[part.pair_row]
        # without floors a site may leave out what does not pay, so that such rows add nothing
        counts = np.ones(len(dearer), dtype=np.bool_) if self.ground.has_floors else dearer < 0
        for place, site in enumerate(part.sites.tolist()):
            pair = np.flatnonzero(counts & (part.pair_site == place))
            option = np.flatnonzero(part.option_site == place)
            cost = core.option_cost[part.option[option]]
            size = float(np.abs(dearer[pair]).sum() + np.abs(cost).max(initial=0.0))
            # where no load lies within a band the site stays closed
            least = float(value[site]) - HAIR * size if np.isfinite(value[site]) else size + 1.0
            column = np.concatenate([pair, layout.at_option + option, [layout.at_extra + place]])
            terms = np.concatenate([dearer[pair], cost - least, core.extra_cost[[site]]])
            kept = terms != 0.0
            self.model = self.model.with_row(column[kept], terms[kept] * self.scale, 0.0, np.inf)

    def rule_out(self, choice: Choice) -> None:
        """Any other choice than this one, and what its prices say."""
        if choice.prices is not None:
            self.price(choice.prices)
        is_open = choice.is_open[self.part.sites[self.part.option_site]]
        column = self.layout.at_option + np.arange(len(is_open))
        self.model = self.model.with_row(
            column, np.where(is_open, -1.0, 1.0), 1.0 - float(choice.is_open.sum()), np.inf
        )

    def cheapest(self, below: float, *, clock: Clock, seed: int) -> tuple[float, Choice | None]:
        """What no plan undercuts with other sites than those ruled out, and the sites of about the cheapest below."""
        answer = minimise(
            self.model, clock=clock, gap=GAP, seed=seed, options={**PLAIN, "objective_bound": below * self.scale}
        )  # fmt: skip
        if answer.x is None:
            return (below if answer.proved else min(answer.bound / self.scale, below)), None
        bound = min(answer.bound / self.scale, below)
        if float(answer.x @ self.model.cost) / self.scale >= below:
            return bound, None
        is_open = np.zeros(self.core.sites, dtype=np.bool_)
        is_open[self.part.sites] = self.layout.solved(answer.x, proved=True).option >= 0
        return bound, Choice(is_open, bound)
