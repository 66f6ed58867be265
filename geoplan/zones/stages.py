"""Choices of schools, looked at in stages, by turns: prices, searches, column generation, programs, lists, proof."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import count
from typing import TYPE_CHECKING

import numpy as np

from geoplan.zones.bounding.branch import Node, branch, undecided_schools
from geoplan.zones.bounding.bundle import Tightened, tighten
from geoplan.zones.bounding.cooling import cool
from geoplan.zones.bounding.dive import Diver
from geoplan.zones.bounding.duals import Climbed, Prices, first_prices, nothing_known
from geoplan.zones.bounding.fixing import decide
from geoplan.zones.bounding.partition import partitioned
from geoplan.zones.bounding.remaining import Remaining
from geoplan.zones.hunt import FEW_STEPS, ROUGH_NODES
from geoplan.zones.neighbourhood import LARGE, SMALL

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from geoplan.locate.seats.choices import Choices
    from geoplan.zones.core import ZonesCore
    from geoplan.zones.hunt import Hunt

FINE_NODES = 3_000
"""Branch-and-bound nodes of each school's pricing near the best prices."""
CLIMBS = (250, ROUGH_NODES, 0.6), (100, FINE_NODES, 0.1)
"""The ascent, from afar and near the best prices: rounds, nodes of pricing, first step (see `cooling.cool`)."""
CLIMBING_SHARE = 0.4
"""Share of the time left that the ascent may take."""
SEARCHES, FEW_SEARCHES = 4, 2
"""Searches from nothing, where there is one choice of schools, and for one among many."""
TIGHTEN_ROUNDS, LITTLE = 40, 0.05
"""Rounds of column generation after which prices decide what they can, and the share of the gap that these must close
to go on."""
TIGHTENING_SHARE = 0.5
"""Share of the time left that column generation may take."""
POLISHING_SHARE = 0.07
"""Share of the time left that neighbourhoods of each of the first plans may take where schools are chosen."""
FIRST_SEARCHES = 6
"""Short searches from the first plan of the program over the zones seen."""
COMBINING_SHARE = 0.75
"""Share of the time left that the program of the pairs left may take."""
AIM = 0.0015
"""How far above the bound the first limit lies of the program of the pairs left, as a share of what a plan costs."""
FAR_BELOW, TOO_FAR = 10.0, 0.025
"""It is not tried where its bound in fractions is so many times further from the best plan than that of prices, or so
far relative to the plan: then zones hold few units and are better listed."""
FIRST_DIVES, DIVES = 3, 9
"""Paths down before and after zones are listed."""
PART_SHARE, ONCE_MORE_SHARE, TURN_S = 0.3, 0.15, 5.0
"""Share of the time left that a stage, and that other searches may take where there is more than one choice of
schools; and the seconds that they may take in any case, since what is left at the end would do for none of many."""
NEW_AT_MOST = 4
"""So many new choices of schools, before one that is known is looked at further: a better plan leaves fewer of them."""
SEARCHED_EVERY, COMBINED_EVERY = 2, 10
"""Nodes of the proof between two searches from the program's plan, and between two combinations of the zones seen and
searches from nothing."""


@dataclass(frozen=True, eq=False)
class Part:
    """A choice of schools, or all plans, and how far it was looked at.

    Attributes:
        node: what is left of it, with the best prices and their bound.
        tight: the program over the zones seen.
        stage: how many of the stages are done.
        tries: how often plans of it were looked for.
        diver: paths down from it.
        is_only: there is no other choice.
    """

    node: Node
    tight: Tightened
    stage: int = 0
    tries: int = 0
    diver: Diver | None = None
    is_only: bool = True


def part_of(hunt: Hunt, core: ZonesCore, bound: float = -np.inf, *, is_only: bool = True) -> Part:
    """All plans of a core, and a bound for them that is known."""
    begun = Climbed(first_prices(core), bound, core.must_open.astype(float))
    node = Node(core, nothing_known(core, hunt.layout), begun.prices, bound)
    return Part(node, Tightened(begun), is_only=is_only)


def _ascent(hunt: Hunt, core: ZonesCore) -> Climbed:
    """Prices and their bound, from those of the transport program."""
    found = hunt.transport(core)
    prices = first_prices(core) if found is None else Prices(found.unit)
    climbed, opened = Climbed(prices, -np.inf, core.must_open.astype(float)), []
    known, clock = nothing_known(core, hunt.layout), hunt.within(CLIMBING_SHARE).clock
    for rounds, most_nodes, first_step in CLIMBS:
        climbed = cool(
            core, hunt.layout, climbed.prices, known, target=hunt.best.limit, rounds=rounds,
            most_nodes=most_nodes, first_step=first_step, stop=lambda: clock.over,
            seen=lambda answer: hunt.pool.add_asked(hunt.layout, answer),
        )  # fmt: skip
        opened.append(climbed.opened)
    return replace(climbed, opened=np.mean(opened, axis=0))


def polished(hunt: Hunt) -> list[Part]:
    """The choices of schools of the plans so far, each priced, and small neighbourhoods of its best plan tried."""
    parts: list[Part] = []
    for plan in hunt.plans(hunt.core):
        if hunt.over:
            break
        core = hunt.core.with_open(hunt.core.is_open(plan))
        part = _further(hunt.among(core), part_of(hunt, core, hunt.best.bound, is_only=False))
        if part.node.bound < hunt.best.limit:
            hunt.within(POLISHING_SHARE).improve(part.node, (SMALL,))
        parts.append(replace(part, tries=1))
    return parts


def settle(hunt: Hunt, parts: list[Part], choices: Choices | None = None) -> None:
    """Look at parts, and at other choices of schools, until all is proved to hold nothing better, or time is over.

    Bounds need new choices and the part with the lowest bound; plans need new searches in the part with the fewest of
    them, for the best plan need not be among the schools of the lowest bound. Bounds and plans get the same time: one
    turn for a bound can take as long as ten for plans. Choices that are among the given parts are not new.
    """
    fresh, known = 0, {each.node.core.must_open.tobytes() for each in parts}
    seconds = dict.fromkeys((_further, _once_more), 0.0)

    def bounds() -> list[float]:
        return [each.node.bound for each in parts]

    def lowest() -> float:
        return min([*bounds(), np.inf if choices is None else choices.floor])

    while not hunt.over and lowest() < hunt.best.limit:
        parts = [each for each in parts if each.node.bound < hunt.best.limit]
        hunt.rise(lowest(), "proof" if choices is None else "choices of schools")
        below, further, began = min(bounds(), default=np.inf), _further, hunt.clock.seconds
        if choices is not None and choices.floor < below and (fresh < NEW_AT_MOST or not parts):
            choice = choices.next(below=below)
            if choice is None or choice.is_open.tobytes() in known:
                continue
            part, fresh = part_of(hunt, hunt.core.with_open(choice.is_open), choice.bound, is_only=False), fresh + 1
        elif len(parts) == 1 and (choices is None or choices.floor >= hunt.best.limit):
            part = replace(parts[0], is_only=True)
        elif seconds[_further] <= seconds[_once_more]:
            part, fresh = min(parts, key=lambda each: each.node.bound), 0
        else:
            part, further = min(parts, key=lambda each: (each.tries, each.node.bound)), _once_more
        parts = [each for each in parts if each.node is not part.node]
        parts.append(further(replace(hunt, others=lowest()), part))
        seconds[further] += hunt.clock.seconds - began
    hunt.rise(lowest(), "proof")


def _further(hunt: Hunt, part: Part) -> Part:
    """The part after one stage more."""
    # what a share of the time did not settle at the last stage, less of it would not settle either
    within = hunt if part.is_only or part.stage >= len(STAGES) else hunt.within(PART_SHARE, least_s=TURN_S)
    done = STAGES[min(part.stage, len(STAGES) - 1)](within, part)
    node = replace(done.node, bound=max(done.node.bound, part.node.bound))
    return replace(done, node=node, stage=part.stage + 1)


def _once_more(hunt: Hunt, part: Part) -> Part:
    """The part after other searches than before."""
    done = searched(hunt.within(ONCE_MORE_SHARE, least_s=TURN_S), part)
    return replace(done, stage=max(part.stage, STAGES.index(searched) + 1))


def priced(hunt: Hunt, part: Part) -> Part:
    """Prices."""
    climbed = _ascent(hunt, part.node.core)
    hunt.rise(climbed.bound, "prices")
    node = replace(part.node, prices=climbed.prices, bound=climbed.bound)
    return replace(part, node=node, tight=Tightened(climbed))


def searched(hunt: Hunt, part: Part) -> Part:
    """Searches, and neighbourhoods of the best plan that they found; small ones only, the first time."""
    if part.is_only:
        hunt.search(part.node.core, None, times=SEARCHES)
        hunt.combine(part.tight.best)
        hunt.improve(part.node, (SMALL,))
    else:
        plan = hunt.search(part.node.core, None, times=FEW_SEARCHES)
        hunt.improve(part.node, (SMALL, LARGE) if part.tries else (SMALL,), plan)
    return replace(part, tries=part.tries + 1)


def tightened(hunt: Hunt, part: Part) -> Part:
    """Column generation and what its prices decide, by turns; plans from there."""
    node, tight, layout = part.node, part.tight, hunt.layout
    clock = hunt.within(TIGHTENING_SHARE).clock
    while not hunt.best.done and not clock.over:
        before = node.bound
        decided = decide(
            node.core, layout, node.prices, node.known, limit=hunt.best.limit, most_nodes=FINE_NODES,
            stop=lambda: clock.over,
        )  # fmt: skip
        if decided is None:
            return replace(part, node=replace(node, bound=np.inf))
        tight = tighten(
            decided[0], layout, hunt.pool, tight.best, decided[1], clock=clock, rounds=TIGHTEN_ROUNDS,
            most_nodes=FINE_NODES, target=hunt.best.limit,
        )  # fmt: skip
        node = Node(*decided, tight.best.prices, tight.best.bound)
        hunt.rise(node.bound, "zones seen")
        if node.bound - before < LITTLE * (hunt.best.limit - before):
            break
    if node.bound >= hunt.best.limit:
        return replace(part, node=node)
    hunt.search(node.core, hunt.rounded(tight), steps=FEW_STEPS, times=FIRST_SEARCHES)
    if not hunt.plans(node.core):
        hunt.search(node.core, None)
    hunt.combine(tight.best)
    diver = Diver(node, tight, layout, hunt.pool)
    hunt.dive(diver, FIRST_DIVES)
    hunt.improve(node)
    return replace(part, node=node, tight=tight, diver=diver)


def combined(hunt: Hunt, part: Part) -> Part:
    """What is left of it as one program, for plans below a limit that rises: what a low one leaves is soon settled."""
    node = part.node
    if undecided_schools(node, hunt.layout).any():
        return part
    rest = Remaining(node.core, hunt.layout, node.known)
    hunt, limit = hunt.within(COMBINING_SHARE), hunt.best.limit
    in_fractions = rest.in_fractions(limit, hunt.clock)
    way, floor = limit - in_fractions, max(node.bound, in_fractions)
    hunt.rise(floor, "pairs left")
    if way > min(FAR_BELOW * (limit - node.bound), TOO_FAR * abs(limit)):
        return replace(part, node=replace(node, bound=floor))
    bound, step = floor, AIM * abs(limit)
    while bound < hunt.best.limit and not hunt.over:
        top = min(floor + step, hunt.best.limit)
        reached = bound_below(hunt, node, rest.again(), top)
        bound, step = max(bound, min(reached, top)), 2.0 * step
        if reached < top:
            break
    return replace(part, node=replace(node, bound=bound))


def bound_below(hunt: Hunt, node: Node, rest: Remaining, top: float) -> float:
    """A bound on the node's plans that cost less than `top`, by the program of all the pairs that it leaves.

    Plans that are not connected are mended, and neighbourhoods of every better plan tried.
    """
    core, layout, improved = node.core, hunt.layout, hunt.value(node.core)

    def limit() -> float:
        return min(top, hunt.best.limit)

    def left(known: NDArray[np.int8]) -> NDArray[np.int8] | None:
        nonlocal improved
        if hunt.value(core) < improved:
            hunt.improve(node)
            improved = hunt.value(core)
        decided = decide(
            core, layout, node.prices, known, limit=limit(), most_nodes=FINE_NODES, stop=lambda: hunt.clock.over
        )
        return None if decided is None else decided[1]

    def seen(plan: NDArray[np.int64]) -> None:
        hunt.take(plan, "pairs left")
        if core.faults(plan):
            hunt.search(core, plan, steps=FEW_STEPS)

    return rest.solve(
        clock=hunt.clock, below=limit, seen=seen, left=left, told=lambda bound: hunt.rise(min(bound, top), "pairs left")
    )


def listed(hunt: Hunt, part: Part) -> Part:
    """All zones that may be listed; more plans."""
    node, bound = partitioned(
        part.node, hunt.layout, hunt.pool, clock=hunt.clock, seed=next(hunt.seeds), limit=lambda: hunt.best.limit,
        take=hunt.taking("zones listed"), told=lambda bound: hunt.rise(bound, "zones listed"),
    )  # fmt: skip
    if bound < hunt.best.limit and part.diver is not None:
        hunt.dive(part.diver, DIVES)
        hunt.improve(node)
    return replace(part, node=replace(node, bound=bound))


def proved(hunt: Hunt, part: Part) -> Part:
    """Branch and bound."""
    turn = count(1)

    def explored(node: Node, found: Tightened, bound: float) -> None:
        hunt.rise(bound, "proof")
        at = next(turn)
        if at % SEARCHED_EVERY == 0:
            before = hunt.best.value
            hunt.search(node.core, hunt.rounded(found), steps=FEW_STEPS)
            if hunt.best.value < before:
                hunt.improve(replace(node, prices=found.best.prices, bound=found.best.bound))
        if at % COMBINED_EVERY == 0:
            hunt.combine(found.best)
            again = hunt.within(ONCE_MORE_SHARE)
            again.improve(part.node, plan=again.search(part.node.core, None, times=FEW_SEARCHES))

    bound = branch(
        part.node, hunt.layout, hunt.pool, clock=hunt.clock, most_nodes=FINE_NODES, limit=lambda: hunt.best.limit,
        take=hunt.taking("proof"), explored=explored,
    )  # fmt: skip
    return replace(part, node=replace(part.node, bound=bound))


STAGES: tuple[Callable[[Hunt, Part], Part], ...] = (priced, searched, tightened, combined, listed, proved)
