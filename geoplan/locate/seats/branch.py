"""Branch and bound on the sites: each node has its Lagrangian bound, what is left at the end goes to HiGHS."""

from __future__ import annotations

import heapq
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import count
from typing import TYPE_CHECKING

import numpy as np

from geoplan.locate.seats.evaluate import objective
from geoplan.locate.seats.fixing import bounds_by_site, kept_pairs
from geoplan.locate.seats.guess import looked
from geoplan.locate.seats.improve import polished
from geoplan.locate.seats.lagrange import Climb, Prices, climbed, made_ready, relax
from geoplan.locate.seats.narrow import Narrowed, narrowed, surely_infeasible
from geoplan.locate.seats.seating import seatings

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from geoplan.locate.clock import Clock
    from geoplan.locate.core import SeatsCore

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Plan = tuple[Ints, Ints]

NODE_ITERATIONS = 120
"""Prices tried at each node."""
LEAF_PAIRS = 1_000
"""A node with no more pairs goes to HiGHS at once."""
MOST_LOOKS = 12
"""How often HiGHS looks at a node at most: its nodes have grown to a hundred million by then."""
TRIALS = 3
"""So many undecided sites that were never branched on are tried at a node before one is chosen."""
UNDECIDED = 0.04
"""A site that the relaxation opened less often than this, or closed so seldom, is as good as decided in a dive."""
POLISHING_SHARE = 0.2
"""Share of the time left that goes into parts of a plan where a dive has found one."""
PLANS, SEEDS = 6, 100
"""Drafts made for a choice of sites, and how far the seeds of two choices lie apart."""
FIRST_NODES = 200
"""HiGHS's nodes at a leaf when it is first looked at; three times as many at each later look."""


@dataclass(frozen=True, eq=False)
class Node:
    """Sites decided so far, the pairs that may still be used, and the prices of the parent.

    Attributes:
        bound: valid for every plan of the node.
        looks: how often HiGHS has looked at it.
    """

    bound: float
    closed: Flags
    must_open: Flags
    keep: Flags
    prices: Prices
    often: Floats
    looks: int = 0

    def core(self, core: SeatsCore) -> Narrowed:
        """What is left to decide."""
        return narrowed(core, self.keep, self.closed, self.must_open)


@dataclass
class Best:
    """The best plan so far and what a better one must cost at most.

    Attributes:
        tried: choices of open sites, as bytes, that a plan was looked for with.
    """

    plan: Plan | None
    cost: float
    cutoff_of: Callable[[float], float]
    tried: set[bytes] = field(default_factory=set)

    @property
    def cutoff(self) -> float:
        """Plans that cost this or more are of no interest."""
        return self.cutoff_of(self.cost)

    def offer(self, core: SeatsCore, plan: Plan | None) -> bool:
        """Take a plan if it is better."""
        if plan is None:
            return False
        cost = objective(core, *plan)
        if cost < self.cost:
            self.plan, self.cost = plan, cost
            return True
        return False


def root_of(core: SeatsCore, climb: Climb) -> Node:
    """All plans, with the prices of an ascent."""
    return Node(
        climb.best.bound, np.zeros(core.sites, dtype=np.bool_), core.must_open,
        np.ones(len(core.site), dtype=np.bool_), climb.best.prices, climb.often,
    )  # fmt: skip


def fixed(core: SeatsCore, node: Node, climb: Climb, cutoff: float) -> Node | None:
    """A node without the sites and pairs that its bound rules out; None where nothing is left."""
    if climb.best.bound >= cutoff:
        return None
    ground = climb.ground
    opened, shut = bounds_by_site(ground, climb.best)
    closed = node.closed | (opened >= cutoff)
    must_open = node.must_open | (shut >= cutoff)
    if (closed & must_open).any():
        return None
    smaller = kept_pairs(ground, climb.best, opened, cutoff)
    keep = node.keep.copy()
    keep[np.flatnonzero(keep & ~node.closed[core.site])] = smaller
    keep &= ~closed[core.site]
    return Node(max(node.bound, climb.best.bound), closed, must_open, keep, climb.best.prices, climb.often)


def looked_at(core: SeatsCore, node: Node, best: Best, *, clock: Clock, seed: int) -> Node | None:
    """A node after HiGHS has looked at its cheapest pairs, more of them each time; None where it is settled."""
    sub = node.core(core)
    ground = made_ready(sub.core)
    relaxed = relax(ground, node.prices)
    if surely_infeasible(sub.core) or relaxed.bound >= best.cutoff:
        return None
    found = looked(
        sub.core, ground, relaxed,
        cutoff=best.cutoff,
        pairs=LEAF_PAIRS + 2 * core.rows * (1 + node.looks),
        nodes=FIRST_NODES * 3**node.looks,
        clock=clock,
        seed=seed,
    )  # fmt: skip
    best.offer(core, None if found.plan is None else sub.widened(found.plan))
    if found.proved:
        return None
    return replace(node, bound=max(node.bound, found.bound), looks=node.looks + 1)


def child(
    core: SeatsCore, node: Node, site: int, *, is_open: bool, best: Best, iterations: int, clock: Clock
) -> Node | None:  # fmt: skip
    """A node with one more site decided, with its own bound; None where it holds no better plan."""
    decided = np.zeros(core.sites, dtype=np.bool_)
    decided[site] = True
    closed, must_open = (node.closed, node.must_open | decided) if is_open else (node.closed | decided, node.must_open)
    born = replace(node, closed=closed, must_open=must_open)
    sub = born.core(core)
    if surely_infeasible(sub.core):
        return None
    climb = climbed(
        made_ready(sub.core), node.prices,
        upper=best.cost, iterations=iterations, clock=clock, reach=0.01, pace=0.3, patience=8, enough=best.cutoff,
    )  # fmt: skip
    return fixed(core, born, climb, best.cutoff)


def rounded(core: SeatsCore, node: Node, best: Best, *, clock: Clock, seed: int) -> None:
    """Offer a plan with all sites as the relaxation had them most often, made better around them."""
    is_open = node.must_open | ((node.often >= 0.5) & ~node.closed)
    key = is_open.tobytes()
    if key in best.tried:
        return
    best.tried.add(key)
    small = narrowed(core, None, ~is_open, is_open)
    if surely_infeasible(small.core):
        return
    plan = seatings(
        core, is_open, plans=PLANS, known=best.plan, best=best.cost, clock=clock, seed=seed + SEEDS * len(best.tried)
    )
    if plan is not None:
        clock = clock.within(POLISHING_SHARE * clock.left_s)
        best.offer(core, polished(core, plan, best=best.cost, clock=clock, seed=seed))


def searched(core: SeatsCore, root: Node, best: Best, *, clock: Clock, seed: int) -> float:
    """Search below a node; returns the bound reached (`best.cutoff` where all is settled).

    Best bound first; at the beginning, and again whenever twice as many nodes have been seen, the search dives to a
    leaf instead, for plans.
    """
    order = count()
    heap: list[tuple[float, int, Node]] = [(root.bound, next(order), root)]
    gains = Gains(np.zeros((2, core.sites)), np.zeros(core.sites, dtype=np.int64))
    diving: Node | None = None
    given_up = np.inf
    seen, next_dive = 0, 1
    while (heap or diving is not None) and not clock.over:
        if diving is None and heap[0][0] >= best.cutoff:
            break
        node = heapq.heappop(heap)[2] if diving is None else diving
        if diving is None and seen >= next_dive:
            next_dive = 2 * seen
        seen += 1
        dives = diving is not None or seen >= next_dive
        if diving is not None and doubts(core, node).max(initial=-1.0) < UNDECIDED:
            rounded(core, node, best, clock=clock, seed=seed)
            heapq.heappush(heap, (node.bound, next(order), node))
            diving = None
            continue
        clock.tell("branching on sites", best.cost, min(node.bound, heap[0][0] if heap else np.inf))
        born = _born(core, node, best, gains, clock=clock, seed=seed)
        diving = None
        if dives and len(born) > 0 and born[0].looks == 0:
            diving = min(born, key=lambda one: one.bound)
        for one in born:
            if one.looks > MOST_LOOKS:
                given_up = min(given_up, one.bound)
            elif one is not diving:
                heapq.heappush(heap, (one.bound, next(order), one))
    left = [best.cutoff, given_up, *([diving.bound] if diving is not None else []), *([heap[0][0]] if heap else [])]
    return min(left)


def _born(core: SeatsCore, node: Node, best: Best, gains: Gains, *, clock: Clock, seed: int) -> list[Node]:
    """What is left of a node after one more decision."""
    doubt = doubts(core, node)
    if doubt.max(initial=-1.0) < 0:
        if (node.closed | node.must_open).all():
            rounded(core, node, best, clock=clock, seed=seed)
        left = looked_at(core, node, best, clock=clock, seed=seed)
        return [] if left is None else [left]
    return chosen_children(core, node, doubt, best, gains, iterations=NODE_ITERATIONS, clock=clock)


def chosen_children(
    core: SeatsCore, node: Node, doubt: Floats, best: Best, gains: Gains, *, iterations: int, clock: Clock
) -> list[Node]:  # fmt: skip
    """The two parts of a node by the site whose decision is likely to help most, as far as they may hold better plans.

    Args:
        doubt: how undecided each site is, -1 where it is decided. Shape (sites,).
        iterations: prices tried for each part.
    """
    children = partial(_children, core, node, best=best, gains=gains, iterations=iterations, clock=clock)
    sites = np.flatnonzero(doubt >= min(UNDECIDED, float(doubt.max())))
    sites = sites[np.argsort(-doubt[sites], kind="stable")]
    unknown = sites[gains.seen[sites] == 0][:TRIALS]
    known = sites[gains.seen[sites] > 0]
    tried: dict[int, tuple[Node | None, Node | None]] = {}
    for site in unknown:
        tried[int(site)] = both = children(int(site))
        if both[0] is None or both[1] is None:
            return _alive(both, best)
    candidates = np.concatenate([unknown, known])
    site = int(candidates[np.argmax(gains.score(candidates, node.often[candidates]))])
    return _alive(tried.get(site) or children(site), best)


def _alive(both: tuple[Node | None, Node | None], best: Best) -> list[Node]:
    return [one for one in both if one is not None and one.bound < best.cutoff]


def _children(
    core: SeatsCore, node: Node, site: int, *, best: Best, gains: Gains, iterations: int, clock: Clock
) -> tuple[Node | None, Node | None]:
    # the kernels let go of Python's lock, and neither child knows of the other: the answer is that of one after another
    born = partial(child, core, node, site, best=best, iterations=iterations, clock=clock)
    with ThreadPoolExecutor(2) as pool:
        closed, opened = (pool.submit(born, is_open=is_open) for is_open in (False, True))
        both = closed.result(), opened.result()
    top = best.cutoff if np.isfinite(best.cutoff) else node.bound + 0.1 * abs(node.bound)
    gains.learn(site, node, [top if one is None else one.bound for one in both])
    return both


@dataclass
class Gains:
    """What deciding each site has added to the bound so far, on average: pseudo-costs (Benichou et al. 1971).

    Attributes:
        total: gain by closing and by opening, for each full unit of doubt. Shape (2, sites).
        seen: how often each site was decided.
    """

    total: Floats
    seen: Ints

    def learn(self, site: int, node: Node, bounds: list[float]) -> None:
        """Take note of what the two decisions on a site have given."""
        share = node.often[site]
        self.total[0, site] += max(bounds[0] - node.bound, 0.0) / max(share, UNDECIDED)
        self.total[1, site] += max(bounds[1] - node.bound, 0.0) / max(1.0 - share, UNDECIDED)
        self.seen[site] += 1

    def score(self, sites: Ints, often: Floats) -> Floats:
        """How much deciding these sites is likely to help."""
        mean = self.total[:, sites] / np.maximum(self.seen[sites], 1)
        score: Floats = np.maximum(mean[0] * often, 1e-6) * np.maximum(mean[1] * (1.0 - often), 1e-6)
        return score


def doubts(core: SeatsCore, node: Node) -> Floats:
    """How undecided each site is, at most ½; -1 where it is settled or the whole node is small enough to be solved."""
    if int((node.keep & ~node.closed[core.site]).sum()) <= LEAF_PAIRS:
        return np.full(core.sites, -1.0)
    return undecided(node)


def undecided(node: Node) -> Floats:
    """How undecided each site is, at most ½; -1 where it is settled. Shape (sites,)."""
    return np.where(node.closed | node.must_open, -1.0, np.minimum(node.often, 1.0 - node.often))
