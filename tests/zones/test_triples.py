"""Triples: what zones in fractions break is found, and what a zone is charged for them is never too much."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from geoplan.zones.bounding.states import BARRED, FREE, TAKEN
from geoplan.zones.bounding.triples import broken_triples, charge, crowding, worst_charged


def test_every_triple_that_is_broken_is_found() -> None:
    rng = np.random.default_rng(0)
    count = 0
    for _ in range(40):
        holds = rng.random((12, 9)) < 0.7
        share = rng.random(12)
        share /= (share @ holds).max()
        found = {(one, other, third): over for over, one, other, third in broken_triples(holds, share, 0.05)}
        for three in combinations(range(9), 3):
            over = float(share[holds[:, three].sum(axis=1) >= 2].sum()) - 1.0
            if over > 0.05 + 1e-9:
                assert found.pop(three) == pytest.approx(over)
                count += 1
        assert all(over <= 0.05 + 1e-9 for over in found.values())
    assert count > 20


@pytest.mark.parametrize("seed", range(40))
def test_no_zone_is_charged_more_than_its_triples_cost_and_the_expected_zone_just_that(seed: int) -> None:
    rng = np.random.default_rng(seed)
    size = 6
    state = rng.choice([FREE, FREE, TAKEN, BARRED], size).astype(np.int8)
    place = np.array([np.append(rng.permutation(size), -1)[rng.permutation(size + 1)[:3]] for _ in range(5)])
    price = rng.exponential(3, 5)
    expected = (state == TAKEN) | ((state == FREE) & (rng.random(size) < 0.5))
    part = np.empty((5, 4))
    charge(place, price, state, expected, part)
    for bits in range(2**size):
        zone = np.array([bits >> each & 1 for each in range(size)], dtype=np.bool_)
        if (zone & (state == BARRED)).any() or (~zone & (state == TAKEN)).any():
            continue
        charged = float(part[:, :3][(place >= 0) & zone[place]].sum())
        missing = crowding(place, price, zone) - (charged - part[:, 3].sum())
        assert missing >= -1e-9
        off, unit = worst_charged(place, price, part, state, zone)
        assert off == pytest.approx(missing, abs=1e-9)
        if missing > 1e-9:
            assert state[unit] == FREE
        if (zone == expected).all():
            assert missing == pytest.approx(0.0, abs=1e-9)
