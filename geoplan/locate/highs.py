"""The seam to HiGHS: arrays in, arrays out, with a bound; it keeps to its time and can be stopped."""

from __future__ import annotations

import atexit
import threading
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import highspy
import numpy as np

from geoplan.locate.clock import Clock, start_clock

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Options = dict[str, bool | float | int | str]

CENTRAL_GAP = 1e-4
"""Relative gap at which an interior point method stops that looks for prices in the middle."""
GRACE_S = 3.0
"""How long HiGHS may take to answer after it was told to stop; then its last word counts and it is left behind."""


class LinearRows(NamedTuple):
    """Rows `low ≤ A x ≤ high`: A as CSR arrays."""

    indptr: NDArray[np.int64]
    column: NDArray[np.int64]
    value: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Milp:
    """Minimise `cost · x` over rows `low ≤ A x ≤ high`, `lower ≤ x ≤ upper`, some of x whole.

    Attributes:
        indptr, column, value: the rows of A as CSR arrays.
        lower: None for all zeros.
    """

    cost: NDArray[np.float64]
    upper: NDArray[np.float64]
    whole: NDArray[np.bool_]
    indptr: NDArray[np.int64]
    column: NDArray[np.int64]
    value: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    lower: NDArray[np.float64] | None = None

    def with_row(
        self,
        column: NDArray[np.int64],
        value: NDArray[np.float64],
        low: float,
        high: float,
        **changes: Any,  # noqa: ANN401 - arrays of several kinds
    ) -> Milp:
        """The same with one more row (and other arrays replaced by `changes`)."""
        row = LinearRows(np.array([0, len(column)]), column, value, np.array([low]), np.array([high]))
        return replace(self.with_rows(row), **changes)

    def with_rows(self, rows: LinearRows) -> Milp:
        """The same with more rows."""
        return replace(
            self,
            indptr=np.concatenate([self.indptr, self.indptr[-1] + rows.indptr[1:]]),
            column=np.concatenate([self.column, rows.column]),
            value=np.concatenate([self.value, rows.value]),
            low=np.concatenate([self.low, rows.low]),
            high=np.concatenate([self.high, rows.high]),
        )


@dataclass(frozen=True, eq=False)
class Answer:
    """What HiGHS found.

    Attributes:
        x: the best point, or None where none was found.
        bound: no point costs less (up to HiGHS's tolerances); -inf where nothing is known, inf where there is none.
        proved: the best point is optimal, or (with x None) there is none.
        row_dual, reduced_cost: of a linear program that was solved to the end; else None.
        met: points with whole numbers that were the best ones for a while.
    """

    x: NDArray[np.float64] | None
    bound: float
    proved: bool
    seconds: float
    row_dual: NDArray[np.float64] | None = None
    reduced_cost: NDArray[np.float64] | None = None
    met: tuple[NDArray[np.float64], ...] = ()


def milp_from_entries(
    cost: NDArray[np.float64],
    upper: NDArray[np.float64],
    whole: NDArray[np.bool_],
    entries: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]],
    low: NDArray[np.float64],
    high: NDArray[np.float64],
) -> Milp:
    """A model from `(row, column, value)` entries in any order."""
    row, column, value = entries
    order = np.argsort(row, kind="stable")
    indptr = np.zeros(len(low) + 1, dtype=np.int64)
    np.cumsum(np.bincount(row, minlength=len(low)), out=indptr[1:])
    return Milp(cost, upper, whole, indptr, column[order], value[order], low, high)


def rows_only(low: NDArray[np.float64], high: NDArray[np.float64]) -> Milp:
    """A model without columns."""
    nothing, none = np.zeros(0), np.zeros(0, dtype=np.int64)
    return Milp(nothing, nothing, none.astype(bool), np.zeros(len(low) + 1, dtype=np.int64), none, nothing, low, high)


def minimise(
    model: Milp,
    *,
    clock: Clock | None = None,
    gap: float = 0.0,
    seed: int = 0,
    start: NDArray[np.float64] | None = None,
    most_nodes: int | None = None,
    options: Options | None = None,
) -> Answer:
    """Solve with one thread and a fixed seed, so that two runs give the same answer.

    Args:
        clock: when to stop; HiGHS is told again where it overruns, and left behind where it does not listen.
        gap: relative gap at which a plan is good enough.
        start: a feasible point to begin with.
        most_nodes: stop after so many branch-and-bound nodes (a limit that does not depend on the clock).
        options: more of HiGHS's own options.
    """
    clock = start_clock() if clock is None else clock
    began = time.perf_counter()
    if clock.over:
        return Answer(None, -np.inf, proved=False, seconds=0.0)
    solver = highspy.Highs()
    settings: dict[str, Any] = {
        "output_flag": False,
        "threads": 1,
        "random_seed": seed,
        "time_limit": clock.left_s,
        "mip_rel_gap": gap,
        "mip_abs_gap": 1e-7,
        **({} if most_nodes is None else {"mip_max_nodes": most_nodes}),
        **(options or {}),
    }
    for option, setting in settings.items():
        solver.setOptionValue(option, setting)
    solver.passModel(_highs_model(model))
    if start is not None:
        solution = highspy.HighsSolution()
        solution.col_value = start.tolist()
        solver.setSolution(solution)
    last_word = _LastWord(solver)
    if not _finished(solver, clock):
        x = last_word.met[-1] if last_word.met else None
        found = Answer(x, last_word.bound, proved=False, seconds=time.perf_counter() - began)
    else:
        found = _answer(solver, is_mip=bool(model.whole.any()), seconds=time.perf_counter() - began)
    return replace(found, met=tuple(last_word.met))


def safe_bound(model: Milp, row_dual: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
    """What no point of a program costs less than, at any prices of its rows and in floating point, and reduced costs.

    Every column must have finite limits on both sides (Neumaier & Shcherbina 2004).
    """
    price = np.where(np.isfinite(np.where(row_dual > 0, model.low, model.high)), row_dual, 0.0)
    row = np.repeat(np.arange(len(price)), np.diff(model.indptr))
    paid, columns = price[row] * model.value, len(model.cost)
    reduced = model.cost - np.bincount(model.column, paid, minlength=columns)
    lower = np.zeros(columns) if model.lower is None else model.lower
    from_rows = price * np.where(price > 0, model.low, np.where(price < 0, model.high, 0.0))
    from_columns = np.where(reduced > 0, reduced * lower, reduced * model.upper)
    widest = np.maximum(np.abs(lower), np.abs(model.upper))
    size = np.abs(from_rows).sum() + (np.abs(model.cost) * widest).sum() + (np.abs(paid) * widest[model.column]).sum()
    longest = int(np.bincount(model.column, minlength=columns).max(initial=0))
    allowance = (len(price) + columns + longest + 8) * np.finfo(float).eps * float(size)
    return float(from_rows.sum() + from_columns.sum()) - allowance, reduced


class GrowingLp:
    """A linear program that gets more columns, rows and other costs; each solve goes on from where the last one ended.

    Whole numbers of the model do not count.
    """

    def __init__(self, model: Milp) -> None:
        self._solver = highspy.Highs()
        for option, setting in {"output_flag": False, "threads": 1, "random_seed": 0}.items():
            self._solver.setOptionValue(option, setting)
        self._solver.passModel(_highs_model(replace(model, whole=np.zeros_like(model.whole))))

    def add(
        self, cost: NDArray[np.float64], start: NDArray[np.int64], row: NDArray[np.int64], value: NDArray[np.float64]
    ) -> None:
        """More columns, at least 0 each; CSR arrays by column, `start` with the end of the last one."""
        none, many = np.zeros(len(cost)), len(cost)
        self._solver.addCols(
            many, cost, none, none + highspy.kHighsInf, len(row), start[:-1].astype(np.int32), row.astype(np.int32),
            value,
        )  # fmt: skip

    def add_rows(self, rows: LinearRows) -> None:
        """More rows."""
        infinite = highspy.kHighsInf
        self._solver.addRows(
            len(rows.low), np.maximum(rows.low, -infinite), np.minimum(rows.high, infinite), len(rows.column),
            rows.indptr[:-1].astype(np.int32), rows.column.astype(np.int32), rows.value,
        )  # fmt: skip

    def price(self, cost: NDArray[np.float64]) -> None:
        """Other costs of the first columns."""
        self._solver.changeColsCost(len(cost), np.arange(len(cost), dtype=np.int32), cost)

    def limit(self, lower: NDArray[np.float64], upper: NDArray[np.float64]) -> None:
        """Other limits of the first columns."""
        self._solver.changeColsBounds(len(lower), np.arange(len(lower), dtype=np.int32), lower, upper)

    def solve(self, clock: Clock, *, central: bool = False) -> Answer:
        """Minimise; without a proof where the clock ran out: such a program is not to be used again.

        It listens to its time limit alone: a look at the clock at every step of the simplex costs more than it saves.

        Args:
            central: by an interior point method that stops where it is: of all best prices those in the middle, and
                these only nearly best, nothing gone on from.
        """
        began = time.perf_counter()
        self._solver.setOptionValue("time_limit", self._solver.getRunTime() + clock.left_s)
        self._solver.setOptionValue("ipm_optimality_tolerance", CENTRAL_GAP if central else 1e-8)
        self._solver.setOptionValue("solver", "ipm" if central else "choose")
        self._solver.setOptionValue("run_crossover", "off" if central else "on")
        # presolve would settle some prices at a corner before the method begins
        self._solver.setOptionValue("presolve", "off" if central else "choose")
        if clock.over or not _finished(self._solver, clock):
            return Answer(None, -np.inf, proved=False, seconds=time.perf_counter() - began)
        if central:
            return _central(self._solver, seconds=time.perf_counter() - began)
        return _answer(self._solver, is_mip=False, seconds=time.perf_counter() - began)


class _LastWord:
    """The points, each better than the last one, and the bound that HiGHS has told of while it runs."""

    def __init__(self, solver: highspy.Highs) -> None:
        self.met: list[NDArray[np.float64]] = []
        self.bound = -np.inf
        solver.HandleUserInterrupt = True
        solver.cbMipImprovingSolution.subscribe(self._improved)
        solver.cbMipInterrupt.subscribe(self._still_running)

    def _improved(self, event: Any) -> None:  # noqa: ANN401 - highspy ships no types
        self.met.append(np.array(event.data_out.mip_solution))

    def _still_running(self, event: Any) -> None:  # noqa: ANN401
        self.bound = max(self.bound, float(event.data_out.mip_dual_bound))


_left_behind: list[threading.Thread] = []


@atexit.register
def _wait_for_the_left_behind() -> None:
    """Python must not end under a thread of HiGHS: it stops at its next look at its orders."""
    for thread in _left_behind:
        thread.join(20.0)


def _finished(solver: highspy.Highs, clock: Clock) -> bool:
    """Run HiGHS beside this thread, which goes on listening for Ctrl-C; False where it did not stop when told to.

    Not by highspy's own `startSolve`: its locks are shared by all solvers of a process, so that one that was left
    behind would bar all others.
    """
    thread = threading.Thread(target=solver.run, daemon=True)
    thread.start()
    told_at: float | None = None
    while thread.is_alive():
        thread.join(0.05)
        now = time.perf_counter()
        if told_at is None and clock.over:
            solver.cancelSolve()
            told_at = now
        if told_at is not None and now > told_at + GRACE_S and thread.is_alive():
            _left_behind.append(thread)
            return False
    return True


def _highs_model(model: Milp) -> highspy.HighsLp:
    infinite = highspy.kHighsInf
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(model.cost), len(model.low)
    lp.col_cost_ = model.cost
    lp.col_lower_ = np.zeros(len(model.cost)) if model.lower is None else np.maximum(model.lower, -infinite)
    lp.col_upper_ = np.minimum(model.upper, infinite)
    lp.row_lower_ = np.maximum(model.low, -infinite)
    lp.row_upper_ = np.minimum(model.high, infinite)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = model.indptr.astype(np.int32)
    lp.a_matrix_.index_ = model.column.astype(np.int32)
    lp.a_matrix_.value_ = model.value
    if model.whole.any():
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        lp.integrality_ = [kinds[int(whole)] for whole in model.whole]
    return lp


def _answer(solver: highspy.Highs, *, is_mip: bool, seconds: float) -> Answer:
    status, info = solver.getModelStatus(), solver.getInfo()
    if status in {highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible}:
        return Answer(None, np.inf, proved=True, seconds=seconds)
    found = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    solution = solver.getSolution()
    x = np.asarray(solution.col_value) if found else None
    optimal = status == highspy.HighsModelStatus.kOptimal
    if is_mip:
        return Answer(x, float(info.mip_dual_bound), proved=optimal, seconds=seconds)
    if not optimal:
        return Answer(x, -np.inf, proved=False, seconds=seconds)
    return Answer(
        x=x,
        bound=float(info.objective_function_value),
        proved=True,
        seconds=seconds,
        row_dual=np.asarray(solution.row_dual),
        reduced_cost=np.asarray(solution.col_dual),
    )


def _central(solver: highspy.Highs, *, seconds: float) -> Answer:
    """Where an interior point method stopped: without a basis HiGHS may not call it optimal, near as it is."""
    solution = solver.getSolution()
    x, dual = np.asarray(solution.col_value), np.asarray(solution.row_dual)
    if not solution.dual_valid or not np.isfinite(dual).all():
        return Answer(None, -np.inf, proved=False, seconds=seconds)
    value = float(solver.getInfo().objective_function_value)
    return Answer(x, value, proved=False, seconds=seconds, row_dual=dual)
