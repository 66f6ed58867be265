"""Small random cores, and what every one of their plans costs, by trying all of them."""

from __future__ import annotations

from dataclasses import replace
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


def grid_core(seed: int, *, side: int = 4, schools: int = 2, touching_all: bool = False) -> ZonesCore:
    """A square of estates with schools that must be open and hardly more seats than pupils."""
    rng, units = np.random.default_rng(seed), side * side
    at = np.stack(np.divmod(np.arange(units), side), axis=1).astype(float)
    root = rng.choice(units, schools, replace=False).astype(np.int64)
    pupils = rng.integers(1, 20, units).astype(float)
    cost = np.round(np.hypot(*(at[:, None] - at[root][None]).transpose(2, 0, 1)) * pupils[:, None], 3)
    order = np.argsort(cost, axis=1, kind="stable")
    near = np.abs(at[:, None] - at[None]).sum(axis=2) == 1
    if touching_all:
        near = ~np.eye(units, dtype=bool)
    return ZonesCore(
        indptr=np.arange(0, units * schools + 1, schools), zone=order.ravel().astype(np.int32),
        cost=np.take_along_axis(cost, order, axis=1).ravel(), pupils=pupils,
        seats=np.full(schools, np.ceil(pupils.sum() / schools * 1.08)), least=np.zeros(schools), over_price=np.inf,
        root=root, near_ptr=np.concatenate([[0], np.cumsum(near.sum(axis=1))]).astype(np.int64),
        near=np.nonzero(near)[1].astype(np.int64), opening=np.zeros(schools),
        must_open=np.ones(schools, dtype=np.bool_), open_least=schools, open_most=schools,
        moved=np.zeros(units * schools), moved_most=np.inf,
    )  # fmt: skip


def doubled(core: ZonesCore) -> ZonesCore:
    """Each school twice on its plot, equal in all; one of the two opens."""
    pairs, zones = len(core.zone), core.zones
    both = np.repeat(core.zone, 2) * 2 + np.tile([0, 1], pairs)
    return replace(
        core, indptr=core.indptr * 2, zone=both.astype(np.int32), cost=np.repeat(core.cost, 2),
        moved=np.repeat(core.moved, 2), seats=np.repeat(core.seats, 2), least=np.repeat(core.least, 2),
        root=np.repeat(core.root, 2), opening=np.repeat(core.opening, 2),
        must_open=np.zeros(2 * zones, dtype=np.bool_), open_least=1, open_most=zones,
    )  # fmt: skip
