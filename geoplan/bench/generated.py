"""Cases that need no files: points drawn from a seed, with what must be reached of them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from geoplan.bench.case import Case, Kind, Target, Task
from geoplan.locate.costs import Points
from geoplan.locate.problem import Keywords, Model

if TYPE_CHECKING:
    from numpy.typing import NDArray

    XY = NDArray[np.float64]

SITES_IN_REACH = 20
"""Of each demand in the growth series, in the middle of its square."""


def uniform(demands: int, sites: int, *, p: int, cutoff_m: float | None = None, side_m: float = 10_000.0) -> Task:
    """Demand and sites uniform in a square, weights 1 to 100; a maximal cover where there is a cut-off."""
    rng = np.random.default_rng(0)
    points = Points(rng.uniform(0, side_m, (demands, 2)), rng.uniform(0, side_m, (sites, 2)), cutoff_m)
    model = Model.P_MEDIAN if cutoff_m is None else Model.MAX_COVER
    return Task(model, points, Keywords(weights=rng.integers(1, 101, demands).astype(float), p=p))


def matrix(demands: int, sites: int, *, p: int) -> Task:
    """As `uniform`, with the costs as an array, as the peer takes them."""
    task = uniform(demands, sites, p=p)
    assert isinstance(task.costs, Points)  # noqa: S101 - made so one line above
    apart = np.asarray(task.costs.demand_xy)[:, None] - np.asarray(task.costs.site_xy)[None]
    return Task(task.model, np.sqrt((apart**2).sum(axis=2)), task.keywords)


def city(model: Model, *, cell_m: float) -> Task:
    """632 × 633 cells with people around 40 centres, 5,000 sites within 1,500 m, 300 of them schools, 50 new ones."""
    rng = np.random.default_rng(1)
    cells, schools, new = 400_000, 300, 50
    row, column = np.divmod(np.arange(cells), 633)
    xy = np.column_stack([column, row]) * cell_m
    centre, spread = rng.uniform(0, 632 * cell_m, (40, 2)), rng.uniform(10, 60, 40) * cell_m
    density = sum(
        np.exp(-((xy - at) ** 2).sum(axis=1) / (2 * wide**2)) for at, wide in zip(centre, spread, strict=True)
    )
    people = rng.poisson(1.0 + 30.0 * np.asarray(density)).astype(float)
    # sites lie everywhere, a little more often where people live; schools are mostly there
    chosen = rng.choice(cells, 5_000, replace=False, p=(density + 0.3) / (density + 0.3).sum())
    site_xy = xy[chosen] + rng.uniform(-0.5, 0.5, (5_000, 2)) * cell_m
    fixed = rng.choice(5_000, schools, replace=False, p=people[chosen] / people[chosen].sum())
    words = Keywords(weights=people, fixed=[str(each) for each in np.sort(fixed)])
    if model is not Model.SET_COVER:
        words["new"] = new
    if model is Model.P_MEDIAN:
        words["unserved_cost"] = 3_000.0
    if model is Model.SET_COVER:
        words["skip_unreachable"] = True
    return Task(model, Points(xy, site_xy, 1_500.0), words)


def people_band() -> Task:
    """20,000 cells of 100 m with 3 million people, 500 sites, 230 open, of them 200 schools: 7,000 to 20,000 each."""
    rng = np.random.default_rng(2)
    row, column = np.divmod(np.arange(20_000), 142)
    xy = np.column_stack([column, row]) * 100.0
    people = rng.integers(50, 251, 20_000).astype(float)
    site_xy = rng.uniform(0, 14_100.0, (500, 2))
    # schools stand apart from one another, as they do
    order = _spread_out(site_xy)
    words = Keywords(
        weights=people,
        fixed=[str(each) for each in np.sort(order[:200])],
        p=230,
        capacities=20_000.0,
        min_loads=7_000.0,
    )
    return Task(Model.CAPACITATED, Points(xy, site_xy, 5_000.0), words)


def growing(model: Model, *, demands: int) -> Task:
    """Uniform demand with a site for every 40, about 20 of them in reach of each, a tenth of them to be open."""
    rng = np.random.default_rng(3)
    sites = demands // 40
    side_m = float(np.sqrt(sites * np.pi / SITES_IN_REACH) * 1_500.0)
    points = Points(rng.uniform(0, side_m, (demands, 2)), rng.uniform(0, side_m, (sites, 2)), 1_500.0)
    words = Keywords(weights=rng.integers(1, 101, demands).astype(float), p=max(sites // 10, 1))
    if model is Model.P_MEDIAN:
        words["unserved_cost"] = 3_000.0
    return Task(model, points, words)


def what_if() -> Task:
    """20,000 × 500 with every pair in reach; of the sites the first 100 are open."""
    rng = np.random.default_rng(4)
    apart = rng.uniform(0, 14_000.0, (20_000, 1, 2)) - rng.uniform(0, 14_000.0, (1, 500, 2))
    return Task(
        Model.P_MEDIAN,
        np.sqrt((apart**2).sum(axis=2)),
        Keywords(weights=rng.integers(1, 301, 20_000).astype(float), p=100),
    )


def generated_cases() -> list[Case]:
    """All cases that need no files, in the order of their table."""
    cases = [
        Case("uniform", "2000x200", partial(uniform, 2_000, 200, p=20), Target(60.0, proved=True)),
        Case(
            "spopt", "2000x200", partial(matrix, 2_000, 200, p=20),
            Target(60.0, proved=True, ratio=50.0, memory_ratio=0.1), kind=Kind.RATIO,
        ),
        Case("uniform", "5000x500-gap", partial(uniform, 5_000, 500, p=50), Target(60.0, gap=2e-4, memory_mb=1024)),
        Case(
            "uniform", "5000x500-proof", partial(uniform, 5_000, 500, p=50),
            Target(600.0, proved=True, memory_mb=1024),
        ),
        Case("cover", "5000x500-800m", partial(uniform, 5_000, 500, p=50, cutoff_m=800.0), Target(60.0, gap=5e-3)),
        Case("cover", "5000x500-1000m", partial(uniform, 5_000, 500, p=30, cutoff_m=1_000.0), Target(60.0, gap=5e-3)),
    ]  # fmt: skip
    for clients, within_s, memory_mb in ((100_000, 10.0, None), (1_000_000, 60.0, 4096.0)):
        build = partial(uniform, clients, 100, p=7, cutoff_m=5_500.0, side_m=30_000.0)
        cases.append(Case("cover", f"{clients}x100", build, Target(within_s, proved=True, memory_mb=memory_mb)))
    for cell_m in (50.0, 100.0):
        for model in (Model.MAX_COVER, Model.P_MEDIAN, Model.SET_COVER):
            target = Target(60.0, gap=0.01, memory_mb=4096)
            cases.append(Case("city", f"{model.value}-{cell_m:.0f}m", partial(city, model, cell_m=cell_m), target))
    cases.append(Case("band", "20000x500", people_band, Target(300.0, gap=0.01, memory_mb=4096)))
    cases.append(Case("what_if", "20000x500", what_if, Target(60.0, question_ms=10.0), kind=Kind.WHAT_IF))
    for model in (Model.MAX_COVER, Model.P_MEDIAN):
        for demands in (500, 5_000, 50_000, 500_000):
            build = partial(growing, model, demands=demands)
            cases.append(Case(f"growth_{model.value}", str(demands), build, Target(600.0, gap=0.01, memory_mb=8192)))
    return cases


def _spread_out(xy: XY) -> NDArray[np.int64]:
    """Sites in an order in which each next one is the farthest from those before it (Gonzalez 1985)."""
    order = [0]
    apart = np.linalg.norm(xy - xy[0], axis=1)
    for _ in range(1, len(xy)):
        order.append(int(np.argmax(apart)))
        apart = np.minimum(apart, np.linalg.norm(xy - xy[order[-1]], axis=1))
    return np.array(order)
