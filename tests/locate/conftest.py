"""Shared by the tests of the engines that keep seats."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from geoplan.locate.core import SeatsCore, SiteRule

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture(scope="session")
def random_core() -> Callable[..., SeatsCore]:
    """A small core with any features together, drawn anew at each call."""
    return _random_core


def _random_core(rng: np.random.Generator, *, rows: int = 6, sites: int = 4, plain: bool = False) -> SeatsCore:
    """Pairs missing, least loads, a count, seats added, rows unserved; unless plain also options, a group, a budget."""
    weight = np.round(rng.uniform(0, 9, rows)) if rng.random() < 0.5 else rng.uniform(0, 9, rows)
    reach = rng.random((rows, sites)) < 0.85
    cost = np.round(rng.uniform(0, 20, (rows, sites))) * weight[:, None]
    cost[~reach] = np.inf
    order = np.argsort(cost, axis=1, kind="stable")
    kept = np.isfinite(np.take_along_axis(cost, order, axis=1))
    many = np.ones(sites, dtype=np.int64) if plain else rng.integers(1, 3, sites)
    options = int(many.sum())
    total = float(weight.sum())
    rules = []
    if rng.random() < 0.5:
        low, high = sorted(rng.integers(0, sites + 1, 2).tolist())
        rules.append(SiteRule("count", np.arange(sites), np.ones(sites), float(low), float(max(high, 1))))
    if not plain and rng.random() < 0.3:
        some = np.flatnonzero(rng.random(sites) < 0.6)
        rules.append(SiteRule("group", some, rng.integers(1, 4, len(some)).astype(float), 0.0, 3.0))
    extra = rng.random() < 0.3
    money = not plain and rng.random() < 0.3
    return SeatsCore(
        indptr=np.concatenate([[0], np.cumsum(kept.sum(axis=1))]).astype(np.int64),
        site=order[kept].astype(np.int32),
        cost=np.take_along_axis(cost, order, axis=1)[kept],
        weight=weight,
        base=np.where(rng.random(rows) < 0.3, rng.uniform(0, 150, rows), np.inf),
        option_site=np.repeat(np.arange(sites), many),
        option_capacity=np.where(rng.random(options) < 0.1, np.inf, rng.uniform(0.2, 0.9, options) * total),
        option_least=np.where(rng.random(options) < 0.3, rng.uniform(0, 0.2, options) * total, 0.0),
        option_cost=np.round(rng.uniform(-10, 60, options)),
        must_open=rng.random(sites) < 0.1,
        extra_most=rng.uniform(0, 0.3, sites) * total * extra,
        extra_cost=rng.uniform(0, 3, sites),
        rules=tuple(rules),
        budget=float(rng.uniform(2, 12)) if money else np.inf,
        option_spend=rng.uniform(0, 5, options),
        extra_spend=rng.uniform(0, 1, sites),
        splittable=False,
    )
