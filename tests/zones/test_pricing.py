"""The best zone of one school equals the best of all connected sets."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from geoplan.zones.bounding.ground import Ground
from geoplan.zones.bounding.pricing import NEVER, best_zone
from geoplan.zones.bounding.states import BARRED, FREE, TAKEN


def connected(near: list[set[int]], inside: set[int], root: int) -> bool:
    reached, left = {root}, [root]
    while left:
        for other in near[left.pop()] & inside - reached:
            reached.add(other)
            left.append(other)
    return reached == inside


def crowded(triple: np.ndarray, crowd: np.ndarray, inside: set[int]) -> float:
    return float(
        sum(price for three, price in zip(triple.tolist(), crowd, strict=True) if len(inside & set(three)) > 1)
    )


@pytest.mark.parametrize("seed", range(300))
def test_the_best_zone_is_the_best_of_all_connected_sets(seed: int) -> None:
    rng = np.random.default_rng(seed)
    size = int(rng.integers(2, 10))
    near: list[set[int]] = [set() for _ in range(size)]
    for one, other in combinations(range(size), 2):
        if rng.random() < rng.choice([0.2, 0.35, 0.6]):
            near[one].add(other)
            near[other].add(one)
    root = -1 if seed % 10 == 9 else int(rng.integers(size))
    profit = np.round(rng.normal(0, 5, size), 1)
    steps = rng.integers(0, 7, size)
    free = int(rng.integers(2, 16))
    step_price = float(rng.choice([0.0, 1.5]))
    room = free if step_price == 0.0 else int(steps.sum())
    known = rng.choice([FREE, FREE, FREE, TAKEN, BARRED], size).astype(np.int8)
    triple = np.array([rng.permutation(np.append(rng.permutation(size), -1))[:3] for _ in range(rng.integers(4))])
    triple = triple.astype(np.int64).reshape(-1, 3)
    crowd = np.round(rng.exponential(4, len(triple)), 1)
    if root >= 0:
        known[root] = FREE
    best = NEVER
    for count in range(size + 1):
        for chosen in combinations(range(size), count):
            inside = set(chosen)
            if root >= 0 and (root not in inside or not connected(near, inside, root)):
                continue
            if any((known[each] == TAKEN and each not in inside) or (known[each] == BARRED and each in inside)
                   for each in range(size)):  # fmt: skip
                continue
            load = int(steps[list(chosen)].sum())
            if load <= room:
                made = float(profit[list(chosen)].sum()) - step_price * max(0, load - free)
                best = max(best, made - crowded(triple, crowd, inside))
    zone = np.zeros(size, dtype=np.bool_)
    near_ptr = np.concatenate([[0], np.cumsum([len(each) for each in near])]).astype(np.int64)
    flat = np.array([other for each in near for other in sorted(each)], dtype=np.int64)
    ground = Ground(near_ptr, flat, root, steps, room, float(free), step_price, triple, crowd)
    value, bound, _ = best_zone(ground, profit, known, 500, zone)
    if best == NEVER:
        assert value <= NEVER / 2
        assert bound <= NEVER / 2
        return
    assert value == pytest.approx(best)
    assert bound == pytest.approx(best)
    made = profit[zone].sum() - step_price * max(0, steps[zone].sum() - free)
    assert made - crowded(triple, crowd, set(np.flatnonzero(zone).tolist())) == pytest.approx(best)
    # cut off early, the bound still holds
    _, early, _ = best_zone(ground, profit, known, 1, zone)
    assert early >= best - 1e-9
