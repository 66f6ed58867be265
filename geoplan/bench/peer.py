"""The same task by spopt, for the ratio: its p-median with HiGHS, in the same run on the same machine."""

from __future__ import annotations

import time
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from geoplan.bench.case import Task

HINT = "spopt is not installed: pip install spopt pulp highspy"


def solve_with_spopt(task: Task, *, limit_s: float) -> dict[str, Any]:
    """Model and solve a p-median given by an array; `seconds` counts both, as a user waits for both.

    spopt says "Optimal" of whatever plan it has when its time is up: its objective is recomputed from its sites, and
    only time tells whether it has finished.
    """
    try:
        pulp, spopt = import_module("pulp"), import_module("spopt.locate")
    except ImportError:
        return {"status": "absent", "note": HINT}
    costs = np.asarray(task.costs)
    weights = np.asarray(task.keywords["weights"], dtype=float)
    began, cpu = time.perf_counter(), time.process_time()
    model = spopt.PMedian.from_cost_matrix(costs, weights, p_facilities=task.keywords["p"])
    note = ""
    try:
        model.solve(pulp.HiGHS(msg=False, timeLimit=limit_s), results=False)
    except (RuntimeError, pulp.PulpSolverError) as error:
        # without any plan at the limit spopt raises; the time it took is what counts
        note = f"{type(error).__name__}: {error}"
    seconds, cpu_s = time.perf_counter() - began, time.process_time() - cpu
    values = [each.value() for each in model.fac_vars]
    opened = [column for column, value in enumerate(values) if value is not None and value > 0.5]
    objective = float((weights * costs[:, opened].min(axis=1)).sum()) if opened else None
    return {"status": "measured", "objective": objective, "seconds": seconds, "cpu_s": cpu_s, "note": note}
