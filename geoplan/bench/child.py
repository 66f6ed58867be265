"""One case in a process of its own: `python -m geoplan.bench.child` reads which one, and prints what came of it.

A process of its own makes memory and CPU that of the case alone, and an overrun can be ended from outside.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from geoplan import locate
from geoplan.bench.case import Kind
from geoplan.bench.cases import find_case
from geoplan.bench.memory import memory_mb
from geoplan.bench.peer import solve_with_spopt
from geoplan.bench.recompute import recomputed
from geoplan.locate.problem import Model, make_problem
from geoplan.locate.whatif import WhatIf

if TYPE_CHECKING:
    from geoplan.bench.case import Case
    from geoplan.locate.solution import Solution

QUESTIONS = 200
"""What-if questions of each kind."""


def main() -> None:
    """Read the request from the standard input, run it, print one line of JSON."""
    request = json.load(sys.stdin)
    folder = None if request["folder"] is None else Path(request["folder"])
    case = find_case(folder, request["family"], request["name"])
    if request["peer"]:
        answer = solve_with_spopt(case.build(), limit_s=request["limit_s"])
    elif case.kind is Kind.WHAT_IF:
        answer = _ask(case)
    else:
        answer = _solve(case, limit_s=request["limit_s"], seed=request["seed"])
    sys.stdout.write(json.dumps({**answer, "peak_mb": memory_mb(peak=True)}) + "\n")


def _solve(case: Case, *, limit_s: float, seed: int) -> dict[str, Any]:
    task = case.build()
    call = getattr(locate, task.model.value)
    _compile(task.model)
    idle_mb = memory_mb(peak=False)
    began, cpu = time.perf_counter(), time.process_time()
    solution: Solution = call(task.costs, **task.keywords, time_limit_s=limit_s, gap=case.target.asked_gap, seed=seed)
    seconds, cpu_s = time.perf_counter() - began, time.process_time() - cpu
    again = recomputed(task, solution.sites) if solution.objective is not None else None
    wrong = again is not None and not np.isclose(again, solution.objective or 0.0, rtol=1e-9, atol=1e-9)
    return {
        "status": solution.status.value,
        "model": task.model.value,
        "objective": solution.objective,
        "bound": solution.bound,
        "gap": solution.gap,
        "seconds": seconds,
        "cpu_s": cpu_s,
        "idle_mb": idle_mb,
        "pairs": None if solution.problem is None else len(solution.problem.costs.site),
        "note": f"recomputed objective {again}" if wrong else solution.reason,
        "wrong": wrong,
    }


def _compile(model: Model) -> None:
    """Solve a small case first: kernels are compiled once for each installation, and that is not what is measured."""
    rng = np.random.default_rng(5)
    costs = rng.uniform(0, 100, (60, 20))
    costs[costs > 60] = np.inf
    costs[:, 0] = np.minimum(costs[:, 0], 90)
    more: dict[str, Any] = {} if model is Model.SET_COVER else {"p": 5}
    if model is Model.CAPACITATED:
        more |= {"capacities": 30.0, "min_loads": 2.0}
    getattr(locate, model.value)(costs, **more, time_limit_s=10.0)


def _ask(case: Case) -> dict[str, Any]:
    task = case.build()
    problem = make_problem(task.model, task.costs, **task.keywords)
    sites, opened = problem.costs.site_ids, int(task.keywords["p"] or 0)
    what_if = WhatIf(problem, np.arange(len(sites)) < opened)
    began_all, cpu_all = time.perf_counter(), time.process_time()
    taken: dict[str, list[float]] = {"add": [], "close": [], "move": []}
    for number in range(QUESTIONS):
        out, into = sites[number % opened], sites[opened + number % (len(sites) - opened)]
        for name, ask in (
            ("add", lambda into=into: what_if.add(into)),
            ("close", lambda out=out: what_if.close(out)),
            ("move", lambda out=out, into=into: what_if.move(out, to=into)),
        ):
            began = time.perf_counter()
            ask()
            taken[name].append(1000.0 * (time.perf_counter() - began))
    figures = (f"{name} {np.median(each):.2f} (most {max(each):.2f})" for name, each in taken.items())
    return {
        "status": "measured",
        "objective": what_if.measures.objective,
        "seconds": time.perf_counter() - began_all,
        "cpu_s": time.process_time() - cpu_all,
        "pairs": len(problem.costs.site),
        "question_ms": max(float(np.median(each)) for each in taken.values()),
        "note": f"ms a question, median of {QUESTIONS}: {', '.join(figures)}",
    }


if __name__ == "__main__":
    main()
