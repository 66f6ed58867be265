"""Maximal cover, set cover and mixtures of both: reduced, taken apart, searched, bounded and proved."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from geoplan.locate.core import Found
from geoplan.locate.cover.dominance import reduced
from geoplan.locate.cover.model import cover_of
from geoplan.locate.cover.part import Part

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from geoplan.locate.clock import Clock
    from geoplan.locate.core import SitingCore
    from geoplan.locate.cover.model import Cover

MOST_PARTS = 64
"""How many parts are solved apart."""


def solve_cover(
    core: SitingCore, *, clock: Clock, gap: float = 0.0, seed: int = 0, start: NDArray[np.bool_] | None = None
) -> Found:
    """Solve a core whose pairs cost nothing.

    Args:
        core: `cost` is None. Rows should be merged (see `merge_rows`); it is only faster so.
        gap: relative gap of the core's objective at which a plan is good enough.
        start: a plan to begin with; it need not be feasible.
    """
    whole = _without_even_costs(cover_of(core))
    pad = not whole.rules and not whole.site_cost.any()
    if whole.hopeless:
        return Found(None, np.inf, proved=True)
    # where sites cost nothing and no rule forbids, more of them never hurt: the least count is kept at the end
    cover, _ = reduced(replace(whole, low=0) if pad else whole, clock=clock)
    if cover.hopeless:
        return Found(None, np.inf, proved=True)
    unit = _unit(whole)
    apart = _apart(cover)
    # a gap of the whole is shared among the parts of a maximal cover, whose own values say little about it
    gap = gap / len(apart) if core.whole else gap
    parts = [Part(part, sites=core.sites, unit=unit, gap=gap, whole=core.whole, seed=seed) for part in apart]
    for part in parts:
        if start is not None:
            part.offer(start[part.cover.origin], clock)
        part.look(clock)
    for part in sorted(parts, key=lambda part: len(part.cover.site)):
        part.prove(clock)
    bound = sum(part.bound for part in parts)
    if any(part.is_open is None for part in parts):
        none = any(part.is_open is None and part.proved for part in parts)
        return Found(None, np.inf if none else bound, proved=none)
    is_open = _joined(parts)
    if pad:
        is_open[np.flatnonzero(~is_open)[: max(core.count[0] - int(is_open.sum()), 0)]] = True
    return _checked(core, is_open, bound, start, proved=all(part.proved for part in parts))


def cover_with(core: SitingCore, most: int, *, clock: Clock, seed: int = 0) -> Iterator[Found]:
    """Try to keep the rules and serve every row that must be served with at most so many sites.

    Args:
        core: every row must be served and every site costs 1.

    Yields:
        First what quick work finds, then what the exact one does: a plan; or that there is none (`bound` inf); or
        neither.
    """
    cover = cover_of(core)
    none = Found(None, np.inf, proved=True)
    if not cover.hopeless:
        cover, _ = reduced(cover, clock=clock)
    if cover.hopeless or len(cover.opened) > most:
        yield none
        return
    parts = _apart(cover)
    alone = len(parts) == 1
    below, enough = (most + 1.0, float(most)) if alone else (np.inf, -np.inf)
    search = [Part(part, sites=core.sites, unit=1.0, seed=seed, below=below, enough=enough) for part in parts]

    def found() -> Found:
        if sum(part.bound for part in search) > most + 0.5 or any(p.is_open is None and p.proved for p in search):
            return none
        if any(part.is_open is None for part in search) or sum(part.value for part in search) > most + 0.5:
            return Found(None, 0.0, proved=False)
        return Found(_joined(search), 0.0, proved=True)

    for part in search:
        part.look(clock)
    yield found()
    for part in sorted(search, key=lambda part: len(part.cover.site)):
        part.prove(clock)
    yield found()


def _joined(parts: list[Part]) -> NDArray[np.bool_]:
    """What any part opens."""
    return np.asarray(np.logical_or.reduce([part.is_open for part in parts if part.is_open is not None]))


def _checked(
    core: SitingCore, is_open: NDArray[np.bool_], bound: float, start: NDArray[np.bool_] | None, *, proved: bool
) -> Found:
    """The plan, or the one that was given where it is better after all."""
    value = core.value(is_open)
    if not proved and start is not None and core.allows(start) and core.value(start) < value:
        is_open, value = start, core.value(start)
    return Found(is_open, min(bound, value), proved=proved)


def _without_even_costs(cover: Cover) -> Cover:
    """Where exactly so many sites open, what each costs at least is settled."""
    if cover.low != cover.high or not cover.sites:
        return cover
    least = float(cover.site_cost.min())
    return replace(cover, site_cost=cover.site_cost - least, constant=cover.constant + cover.low * least)


def _unit(cover: Cover) -> float:
    """The greatest number of which all costs and prices are multiples, where they are whole; else 0."""
    values = np.abs(np.concatenate([cover.site_cost, cover.price[~cover.must]]))
    if not len(values) or values.sum() > 2.0**52 or (values != np.floor(values)).any():
        return 0.0
    return float(np.gcd.reduce(values.astype(np.int64)))


def _apart(cover: Cover) -> list[Cover]:
    """Parts without a common row, where no rule ties their sites; the first one bears the constant."""
    if not cover.unlinked or cover.sites == 0:
        return [cover]
    from scipy.sparse import coo_array  # noqa: PLC0415  heavy
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    row = np.repeat(np.arange(cover.rows), np.diff(cover.indptr))
    size = cover.sites + cover.rows
    graph = coo_array((np.ones(len(row), dtype=np.int8), (cover.site, cover.sites + row)), shape=(size, size))
    number, label = connected_components(graph, directed=False)
    # the largest parts alone, all small ones together
    order = np.argsort(-np.bincount(label, minlength=number), kind="stable")
    rank = np.empty(number, dtype=np.int64)
    rank[order] = np.minimum(np.arange(number), MOST_PARTS)
    place = rank[label]
    parts: list[Cover] = []
    for part in range(min(number, MOST_PARTS + 1)):
        mine, others = place[: cover.sites] == part, place[cover.sites :] != part
        bare = replace(cover, constant=0.0, opened=cover.opened[:0]) if parts else cover
        parts.append(bare.with_settled(opened=np.zeros(cover.sites, bool), closed=~mine, dropped=others)[0])
    return parts
