"""Published attendance-zone problems (Kong): plan, best known value, bound, gap and seconds of each.

    python tests/bench/bench_zones.py FOLDER [--seconds 60] [--only zys_13a,zya1:16] [--k]

FOLDER holds `kong_sap`, `kong_cflsap` and `KNOWN_VALUES.csv`. A name with a number after a colon asks for so many open
schools; `--k` runs all that are published. Nothing is timed against a limit: the figures are printed.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from geoplan.locate.instances import read_kong
from geoplan.zones import ZoneProblem, adjacency_from_pairs, draw, make_zone_problem

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


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--only", default="")
    parser.add_argument("--k", action="store_true")
    asked = parser.parse_args()
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
