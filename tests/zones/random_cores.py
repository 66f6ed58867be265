"""Small random cores, and what every one of their plans costs, by trying all of them."""

from __future__ import annotations

from itertools import product

import numpy as np

from geoplan.zones.core import ZonesCore

WHOLE_PUPILS, SOFT, OPTIONAL, MOVED, LEAST, BOARDING = "whole", "soft", "optional", "moved", "least", "boarding"


def random_core(seed: int) -> ZonesCore:
    """Up to 8 units and 3 zones with every option of a core now and then."""
    rng = np.random.default_rng(seed)
    units, zones = int(rng.integers(3, 8)), int(rng.integers(1, 4))
    touching = np.triu(rng.random((units, units)) < rng.choice([0.25, 0.4, 0.7]), 1)
    touching |= np.eye(units, k=1, dtype=bool) & (rng.random() < 0.7)
    touching |= touching.T
    near_ptr = np.concatenate([[0], np.cumsum(touching.sum(axis=1))]).astype(np.int64)
    near = np.nonzero(touching)[1].astype(np.int64)
    root = rng.choice(units, zones, replace=False).astype(np.int64)
    if rng.random() < 0.2:
        root[rng.integers(zones)] = -1
    allowed = rng.random((units, zones)) < 0.9
    allowed[root[root >= 0], np.flatnonzero(root >= 0)] = True
    pupils = rng.integers(0, 9, units).astype(float)
    if rng.random() < 0.3:
        pupils = np.round(rng.random(units) * 8, 2)
    cost = rng.integers(0, 12, (units, zones)).astype(float)
    order = [sorted(np.flatnonzero(allowed[unit]).tolist(), key=lambda z: (cost[unit, z], z)) for unit in range(units)]
    zone = np.array([each for row in order for each in row], dtype=np.int32)
    unit = np.repeat(np.arange(units), [len(row) for row in order])
    must_open = rng.random(zones) < rng.choice([0.4, 1.0])
    today = rng.integers(0, zones, units)
    total = float(pupils.sum())
    moved = np.where(today[unit] == zone, 0.0, pupils[unit])
    return ZonesCore(
        indptr=np.concatenate([[0], np.cumsum([len(row) for row in order])]).astype(np.int64),
        zone=zone, cost=cost[unit, zone], pupils=pupils,
        seats=np.ceil(rng.random(zones) * 2.2 * total / zones), least=rng.choice([0.0, 0.0, 3.0], zones),
        over_price=float(rng.choice([np.inf, np.inf, 2.5])), root=root, near_ptr=near_ptr, near=near,
        opening=rng.integers(0, 15, zones).astype(float), must_open=must_open,
        open_least=int(must_open.sum()), open_most=int(rng.integers(max(must_open.sum(), 1), zones + 1)),
        moved=moved, moved_most=float(rng.choice([np.inf, np.inf, round(0.6 * total)])),
    )  # fmt: skip


def plans(core: ZonesCore) -> list[tuple[float, np.ndarray]]:
    """Every legal plan with its cost, cheapest first."""
    choices = [core.zone[core.indptr[unit] : core.indptr[unit + 1]].tolist() for unit in range(core.units)]
    found = []
    for each in product(*choices):
        plan = np.array(each, dtype=np.int64)
        if not core.faults(plan):
            found.append((core.value(plan), plan))
    return sorted(found, key=lambda pair: pair[0])
