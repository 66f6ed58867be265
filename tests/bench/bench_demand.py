"""Ten million people in a million cells: spread, forecast, shared to cells; against plain pandas in the same run.

python tests/bench/bench_demand.py [cells] [counties]
"""

from __future__ import annotations

import sys
import time
import tracemalloc

import numpy as np
import pandas as pd

from geoplan.demand import Assumptions, Scenario, forecast_cohort, read_cohorts, spread_groups, to_cells, uncertainty
from geoplan.types import Stage

PEOPLE = 10_000_000
UNTIL = 2035


def timed(work):
    """Result, seconds, and the most megabytes that it held, measured in a second run so that it costs no time."""
    began = time.perf_counter()
    result = work()
    seconds = time.perf_counter() - began
    tracemalloc.start()
    work()
    megabytes = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    return result, seconds, megabytes


def with_pandas(totals, group, weight):
    """The same largest remainder as pandas is usually asked for it: groupby, transform, rank."""
    frame = pd.DataFrame({"group": group, "weight": weight})
    share = frame["weight"] / frame.groupby("group")["weight"].transform("sum")
    exact = share * totals[group]
    whole = np.floor(exact)
    missing = totals[group] - whole.groupby(frame["group"]).transform("sum")
    rank = (whole - exact).groupby(frame["group"]).rank(method="first")
    return (whole + (rank <= missing)).astype(np.int64).to_numpy()


def ages_of(counties, rng):
    """A table of ages of so many counties, together a tenth of a school generation in every age."""
    children = rng.poisson(PEOPLE / counties / 100, (counties, 18))
    frame = pd.DataFrame(children, columns=[f"age_{age}" for age in range(18)]).astype(float)
    return frame.assign(year=2020.0, district=[f"c{row}" for row in range(counties)])


def main(cells, counties):
    rng = np.random.default_rng(0)
    totals = rng.multinomial(PEOPLE, rng.dirichlet(np.full(counties, 5.0)))
    group, weight = rng.integers(0, counties, cells), rng.lognormal(0, 1, cells)
    ages = ages_of(counties, rng)
    print(f"{PEOPLE:,} people, {counties} counties, {cells:,} cells")

    spread, ours, held = timed(lambda: spread_groups(totals, group, weight))
    theirs, seconds, most = timed(lambda: with_pandas(totals, group, weight))
    differ = int((spread.people != theirs).sum())
    print(f"spread      {ours:6.2f} s {held:7.0f} MB; {spread.people.sum():,} people kept")
    print(f"  pandas    {seconds:6.2f} s {most:7.0f} MB; ratio {seconds / ours:.1f}; {differ} cells differ")

    _, ours, held = timed(lambda: uncertainty(totals, group, {"floor_area": weight, "households": np.sqrt(weight)}))
    print(f"uncertainty {ours:6.2f} s {held:7.0f} MB; three weights")

    def all_scenarios():
        cohorts = read_cohorts(ages)
        return [forecast_cohort(cohorts, Assumptions(), until=UNTIL, scenario=each) for each in Scenario]

    forecasts, ours, held = timed(all_scenarios)
    print(f"forecast    {ours:6.2f} s {held:7.0f} MB; three scenarios to {UNTIL}")
    _, ours, held = timed(lambda: [to_cells(forecasts[1], stage, UNTIL, group, weight) for stage in Stage])
    print(f"to cells    {ours:6.2f} s {held:7.0f} MB; four stages of one year")


if __name__ == "__main__":
    main(*(int(each) for each in (sys.argv[1:] or (1_000_000, 200))))
