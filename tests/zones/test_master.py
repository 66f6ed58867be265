"""The zones seen: how dear they are at given prices, and the program over them, which grows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from geoplan.locate.clock import start_clock
from geoplan.zones.bounding.duals import Prices, first_prices
from geoplan.zones.bounding.master import Pool, Program
from tests.zones.random_cores import plans, random_core

if TYPE_CHECKING:
    from geoplan.zones.core import ZonesCore


def _seen(core: ZonesCore, best: list[tuple[float, np.ndarray]]) -> Pool:
    pool = Pool(core)
    for _, plan in best[:40]:
        pool.add_plan(plan)
    return pool


def _priced(core: ZonesCore, rng: np.random.Generator) -> Prices:
    prices = Prices(first_prices(core).unit + rng.normal(0, 4, core.units))
    if core.units < 3:
        return prices
    triple = np.array([np.sort(rng.permutation(core.units)[:3]) for _ in range(3)], dtype=np.int64)
    return replace(prices, triple=triple, crowd=rng.exponential(3, 3))


WITH_PLANS = [seed for seed in range(60) if len(plans(random_core(seed))) > 5]


@pytest.mark.parametrize("seed", WITH_PLANS)
def test_a_zone_is_as_dear_as_its_units_triples_and_opening_make_it(seed: int) -> None:
    core = random_core(seed)
    pool = _seen(core, plans(core))
    prices = _priced(core, np.random.default_rng(seed))
    net = []
    for units, cost, moved in zip(pool.units, pool.cost, pool.moved, strict=True):
        crowded = sum(
            price
            for triple, price in zip(prices.triple, prices.crowd, strict=True)
            if len(set(triple.tolist()) & set(units.tolist())) >= 2
        )
        net.append(cost + prices.move * moved - prices.unit[units].sum() + crowded)
    least = {zone: min(n for n, z in zip(net, pool.zone, strict=True) if z == zone) for zone in set(pool.zone)}
    wanted = [n - least[zone] for n, zone in zip(net, pool.zone, strict=True)]
    assert pool.beyond_cheapest(np.arange(len(net)), prices) == pytest.approx(wanted, abs=1e-9)


@pytest.mark.parametrize("seed", WITH_PLANS)
def test_a_program_that_has_grown_answers_like_one_made_anew(seed: int) -> None:
    core = random_core(seed)
    pool = _seen(core, plans(core))
    rng = np.random.default_rng(seed)
    first, then = _priced(core, rng), _priced(core, rng)
    then = replace(then, triple=first.triple)
    columns = np.arange(len(pool.zone))
    half = rng.random(len(columns)) < 0.5
    grown = Program(core, pool, first.triple)
    grown.add(columns[half])
    grown.solve(first, 1.0, start_clock(20))
    grown.add(columns[~half])
    anew = Program(core, pool, first.triple)
    anew.add(columns)
    for around, width in ((first, 2.0), (then, 0.5)):
        one, other = grown.solve(around, width, start_clock(20)), anew.solve(around, width, start_clock(20))
        assert one is not None
        assert other is not None
        assert one.value == pytest.approx(other.value, abs=1e-6)
        assert np.abs(one.prices.unit - around.unit).max() <= width + 1e-6


def test_where_the_schools_are_given_each_has_a_whole_zone_in_shares() -> None:
    """Though one school alone would do, and cheaper."""
    core = next(
        core
        for core in (random_core(seed) for seed in range(500))
        if not core.must_open.any()
        and (core.root >= 0).all()
        and len({int(core.is_open(plan).sum()) for _, plan in plans(core)} & {1, 2}) == 2
    )
    core = replace(core, opening=core.opening + 50.0)
    pool = _seen(core, plans(core))
    two = next(plan for _, plan in plans(core) if core.is_open(plan).sum() == 2)
    shares = []
    for of in (core, core.with_open(core.is_open(two))):
        program = Program(of, pool, np.zeros((0, 3), dtype=np.int64))
        program.add(np.arange(len(pool.zone)))
        found = program.solve(Prices(np.zeros(core.units)), 1e7, start_clock(20))
        assert found is not None
        shares.append(found.share.sum())
    assert shares == pytest.approx([1.0, 2.0])
