"""Published attendance-zone problems (Kong): plan, best known value, bound, gap and seconds of each.

    python tests/bench/bench_zones.py FOLDER [--seconds 60] [--only zys_13a,zya1:16] [--k]
    python tests/bench/bench_zones.py --made 10000x200 [--seconds 300]

FOLDER holds `kong_sap`, `kong_cflsap` and `KNOWN_VALUES.csv`. A name with a number after a colon asks for so many open
schools; `--k` runs all that are published. `--made` draws so many estates on a square and so many schools among them.
Nothing is timed against a limit: the figures are printed.
"""

from __future__ import annotations

import argparse
import math
import resource
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geoplan.locate.instances import read_kong
from geoplan.zones import ZoneProblem, adjacency_from_pairs, draw, make_zone_problem, verify

if TYPE_CHECKING:
    from collections.abc import Iterator


def problem(folder: Path, name: str, p: int | None) -> ZoneProblem:
    """The zone problem of an instance: schools stand in the units of their own ids."""
    given = name.startswith(("zys", "gys"))
    place = folder / ("kong_sap" if given else "kong_cflsap")
    pairs = place / (f"{name[:3]}_connectivity.txt" if given else "zy_connectivity.txt")
    instance = read_kong(place / f"{name}.txt", adjacency=pairs)
    costs, sites = instance.costs, [str(each) for each in instance.costs.columns]
    ids = [str(each) for each in costs.index]
    siting = {} if given else {"candidates": sites, "opening_costs": instance.site_costs, "p": p}
    return make_zone_problem(
        costs, pupils=instance.weights, seats=instance.capacities, cost_unit="km",
        adjacency=adjacency_from_pairs(instance.neighbours.tolist(), unit_ids=ids),
        school_unit={each: each for each in sites}, **siting,
    )  # fmt: skip


def published(folder: Path, *, with_k: bool) -> Iterator[tuple[str, int | None, float]]:
    """Name, number of schools and best known value of every instance."""
    known = pd.read_csv(folder / "KNOWN_VALUES.csv")
    for row in known[known.family == "kong_sap"].itertuples():
        yield str(row.instance).replace("_", "s_", 1), None, float(row.value)
    siting = known[(known.family == "kong_cflsap") & known.problem.str.contains("contiguous")]
    for row in siting.itertuples():
        if pd.isna(row.p):
            yield str(row.instance), None, float(row.value)
        elif with_k:
            yield str(row.instance), int(row.p), float(row.value)


def made(units: int, schools: int, *, seed: int = 0) -> ZoneProblem:
    """Estates on a square, 300 m apart, schools among them with a tenth more seats than pupils."""
    rng, side = np.random.default_rng(seed), math.ceil(math.sqrt(units))
    at = np.column_stack(np.divmod(np.arange(units), side))
    place = np.sort(rng.choice(units, schools, replace=False))
    ids, names = [f"u{each}" for each in range(units)], [f"s{each}" for each in range(schools)]
    km = 0.3 * np.hypot(*(at[:, None] - at[place][None]).transpose(2, 0, 1))
    # the twenty nearest schools are in reach
    km[km > np.sort(km, axis=1)[:, min(20, schools) - 1 : min(20, schools)]] = np.nan
    pupils = rng.integers(5, 60, units)
    beside = [(one, one + 1) for one in range(units) if (one + 1) % side and one + 1 < units]
    below = [(one, one + side) for one in range(units - side)]
    pairs = [(ids[one], ids[other]) for one, other in beside + below]
    return make_zone_problem(
        pd.DataFrame(km, index=ids, columns=names), pupils=dict(zip(ids, pupils.tolist(), strict=True)),
        seats=math.ceil(1.1 * pupils.sum() / schools), cost_unit="km",
        adjacency=adjacency_from_pairs(pairs, unit_ids=ids),
        school_unit={name: ids[unit] for name, unit in zip(names, place.tolist(), strict=True)},
    )  # fmt: skip


def run_made(size: str, seconds: float) -> None:
    """Draw the zones of a made problem and print what it took."""
    units, schools = (int(each) for each in size.split("x"))
    asked, began = made(units, schools), time.perf_counter()
    plan = draw(asked, time_limit_s=seconds)
    took, gibibytes = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(
        f"{size}: {plan.status.value}, objective {plan.objective:,.1f}, bound {plan.bound:,.1f}, "
        f"gap {100 * plan.gap:.3f} %, {took:.1f} s, {gibibytes:.2f} GiB, faults {verify(asked, plan)}"
    )


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--made", metavar="UNITSxSCHOOLS")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--only", default="")
    parser.add_argument("--k", action="store_true")
    asked = parser.parse_args()
    if asked.made:
        run_made(asked.made, asked.seconds)
        return
    if asked.folder is None:
        parser.error("FOLDER is missing")
    only = {each for each in asked.only.split(",") if each}
    print(f"{'instance':10} {'objective':>12} {'best known':>12} {'above %':>8} {'bound':>12} {'gap %':>7} {'s':>6}")
    over, gaps = [], []
    for name, p, best in published(asked.folder, with_k=asked.k or any(":" in each for each in only)):
        label = name if p is None else f"{name}:{p}"
        if only and label not in only:
            continue
        began = time.perf_counter()
        plan = draw(problem(asked.folder, name, p), time_limit_s=asked.seconds)
        seconds = time.perf_counter() - began
        if plan.objective is None:
            print(f"{label:10} {plan.status.value:>12} {best:12,.2f} {'':8} {'':12} {'':7} {seconds:6.1f}", flush=True)
            continue
        over.append(100 * (plan.objective / best - 1))
        gaps.append(100 * plan.gap)
        print(
            f"{label:10} {plan.objective:12,.2f} {best:12,.2f} {over[-1]:8.4f} {plan.bound:12,.2f} {gaps[-1]:7.3f} "
            f"{seconds:6.1f} {plan.status.value}",
            flush=True,
        )
    if over:
        print(f"mean {sum(over) / len(over):.4f} % above best known, at most {max(over):.4f} %; "
              f"mean gap {sum(gaps) / len(gaps):.3f} %")  # fmt: skip


if __name__ == "__main__":
    main()
