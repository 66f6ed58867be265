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


def grid(rows, columns, roots, *, pupils=None, allowed=None, **changes):
    """Zones on a grid of blocks; the cost of a pair is pupils × steps between block and root."""
    units, zones = rows * columns, len(roots)
    at = np.array([(r, c) for r in range(rows) for c in range(columns)])
    apart = np.abs(at[:, None] - at[None]).sum(axis=-1)
    near = [np.flatnonzero(apart[u] == 1) for u in range(units)]
    pupils = np.ones(units) if pupils is None else np.asarray(pupils, dtype=float)
    far = np.array([apart[:, r] if r >= 0 else np.full(units, 2) for r in roots]).T * pupils[:, None]
    allowed = np.ones((units, zones), bool) if allowed is None else allowed
    pairs = [[z for z in np.argsort(far[u], kind="stable") if allowed[u, z]] for u in range(units)]
    unit = np.repeat(np.arange(units), [len(each) for each in pairs])
    zone = np.array([z for each in pairs for z in each], dtype=np.int32)
    core = {
        "indptr": np.r_[0, np.cumsum([len(each) for each in pairs])], "zone": zone, "cost": far[unit, zone],
        "pupils": pupils, "seats": np.full(zones, np.inf), "least": np.zeros(zones), "over_price": np.inf,
        "root": np.array(roots), "near_ptr": np.r_[0, np.cumsum([len(each) for each in near])],
        "near": np.concatenate(near), "opening": np.zeros(zones), "must_open": np.ones(zones, bool),
        "open_least": 0, "open_most": zones, "moved": np.zeros(len(zone)), "moved_most": np.inf,
    }  # fmt: skip
    return ZonesCore(**(core | changes))


def grid_core(seed: int, *, side: int = 4, schools: int = 2, touching_all: bool = False) -> ZonesCore:
    """A square of estates with schools that must be open and hardly more seats than pupils."""
    rng, units = np.random.default_rng(seed), side * side
    roots = rng.choice(units, schools, replace=False)
    pupils = rng.integers(1, 20, units)
    seats = np.full(schools, np.ceil(pupils.sum() / schools * 1.08))
    core = grid(side, side, roots, pupils=pupils, seats=seats, open_least=schools)
    if touching_all:
        near = np.nonzero(~np.eye(units, dtype=bool))[1]
        core = replace(core, near_ptr=np.arange(units + 1) * (units - 1), near=near)
    return core


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
