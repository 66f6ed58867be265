"""Two-step floating catchments: a city of a million cells, and the same figures as PySAL `access` on a smaller case.

python tests/bench/bench_access.py [demand points] [schools] [schools in reach] [demand points for PySAL]
"""

from __future__ import annotations

import sys
import time
import warnings

import numpy as np
import pandas as pd

from geoplan.coverage import gini, thirds, two_step, weighted_percentiles
from geoplan.travel import TravelMatrix

CUTOFF_M = 3_000.0
STEPS = {1_000.0: 1.0, 2_000.0: 0.68, 3_000.0: 0.22}


def city(points, schools, in_reach):
    """Every point reaches `in_reach` different schools, at distances up to the cut-off."""
    rng = np.random.default_rng(0)
    spread = np.arange(in_reach) * (schools // in_reach)
    target = np.sort((rng.integers(0, schools, (points, 1)) + spread) % schools, axis=1).ravel()
    metres = rng.uniform(0, CUTOFF_M, len(target))
    indptr = np.arange(0, len(target) + 1, in_reach)
    matrix = TravelMatrix(indptr, target, metres, (points, schools), CUTOFF_M)
    return matrix, rng.integers(100, 3_000, schools).astype(float), rng.integers(1, 9, points).astype(float)


def timed(call, runs=3):
    """The answer and the best time of so many runs."""
    seconds = []
    for _ in range(runs):
        began = time.perf_counter()
        answer = call()
        seconds.append(time.perf_counter() - began)
    return answer, min(seconds)


def pysal(matrix, seats, demand, weight_fn=None):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its own
        from access import fca

        return fca.two_stage_fca(
            pd.DataFrame({"demand": demand}, index=pd.RangeIndex(len(demand), name="geoid")),
            pd.DataFrame({"supply": seats}, index=pd.RangeIndex(len(seats), name="geoid")),
            pd.DataFrame({"origin": matrix.origin(), "dest": matrix.target, "cost": matrix.distance_m}),
            CUTOFF_M,
            weight_fn=weight_fn,
        ).to_numpy()


def step(metres):
    return next((weight for limit, weight in STEPS.items() if metres <= limit), 0.0)


def main(points, schools, in_reach, fewer):
    matrix, seats, demand = city(points, schools, in_reach)
    print(matrix)
    for name, options in {
        "2SFCA": {},
        "E2SFCA": {"decay": thirds(CUTOFF_M)},
        "3SFCA": {"decay": thirds(CUTOFF_M), "choice": True},
    }.items():
        found, seconds = timed(lambda options=options: two_step(matrix, seats=seats, demand=demand, **options))
        kept = float(found.access @ demand) / seats.sum() - 1
        print(f"{name:7} {seconds:6.2f} s, seats kept to {abs(kept):.0e}")
    _, seconds = timed(lambda: (gini(found.access, demand), weighted_percentiles(found.access, demand, (50, 95))))
    print(f"Gini and percentiles {seconds:.2f} s")
    matrix, seats, demand = city(fewer, schools, in_reach)
    for name, options, theirs in (("2SFCA", {}, None), ("E2SFCA", {"decay": thirds(CUTOFF_M)}, step)):
        found, ours_s = timed(lambda options=options: two_step(matrix, seats=seats, demand=demand, **options))
        expected, theirs_s = timed(lambda theirs=theirs: pysal(matrix, seats, demand, theirs))
        off = np.abs(found.access / expected - 1).max()
        print(
            f"{name:7} {fewer:,} points: geoplan {ours_s:.4f} s, PySAL access {theirs_s:.2f} s; "
            f"ratio {theirs_s / ours_s:,.0f}; largest relative difference {off:.0e}"
        )


if __name__ == "__main__":
    main(*(int(each) for each in (sys.argv[1:] or (1_000_000, 2_000, 20, 50_000))))
