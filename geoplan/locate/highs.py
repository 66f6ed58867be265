"""The seam to HiGHS: arrays in, arrays out, with a bound."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import highspy
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Milp:
    """Minimise `cost · x` over rows `low ≤ A x ≤ high`, `0 ≤ x ≤ upper`, some of x whole.

    Attributes:
        indptr, column, value: the rows of A as CSR arrays.
    """

    cost: NDArray[np.float64]
    upper: NDArray[np.float64]
    whole: NDArray[np.bool_]
    indptr: NDArray[np.int64]
    column: NDArray[np.int64]
    value: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]

    def with_row(
        self,
        column: NDArray[np.int64],
        value: NDArray[np.float64],
        low: float,
        high: float,
        **changes: NDArray[np.float64],
    ) -> Milp:
        """The same with one more row (and other arrays replaced by `changes`)."""
        return Milp(
            **{
                **self.__dict__,
                **changes,
                "indptr": np.append(self.indptr, self.indptr[-1] + len(column)),
                "column": np.concatenate([self.column, column]),
                "value": np.concatenate([self.value, value]),
                "low": np.append(self.low, low),
                "high": np.append(self.high, high),
            }
        )


@dataclass(frozen=True, eq=False)
class Answer:
    """What HiGHS found.

    Attributes:
        x: the best point, or None where none was found.
        bound: no point costs less; -inf where nothing is known.
        proved: the best point is optimal, or (with x None) there is none.
    """

    x: NDArray[np.float64] | None
    bound: float
    proved: bool
    seconds: float


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


def minimise(
    model: Milp,
    *,
    time_limit_s: float = 60.0,
    gap: float = 0.0,
    seed: int = 0,
    start: NDArray[np.float64] | None = None,
    most_nodes: int | None = None,
) -> Answer:
    """Solve with one thread and a fixed seed, so that two runs give the same answer.

    Args:
        start: a feasible point to begin with.
        most_nodes: stop after so many branch-and-bound nodes (a limit that does not depend on the clock).

    Raises:
        KeyboardInterrupt: Ctrl-C, after HiGHS has stopped.
    """
    began = time.perf_counter()
    solver = highspy.Highs()
    for option, setting in (
        ("output_flag", False),
        ("threads", 1),
        ("random_seed", seed),
        ("time_limit", time_limit_s),
        ("mip_rel_gap", gap),
        ("mip_abs_gap", 1e-7),
    ):
        solver.setOptionValue(option, setting)
    if most_nodes is not None:
        solver.setOptionValue("mip_max_nodes", most_nodes)
    solver.passModel(_highs_model(model))
    if start is not None:
        solution = highspy.HighsSolution()
        solution.col_value = start.tolist()
        solver.setSolution(solution)
    solver.HandleKeyboardInterrupt = True
    solver.solve()
    return _answer(solver, time.perf_counter() - began)


def _highs_model(model: Milp) -> highspy.HighsLp:
    infinite = highspy.kHighsInf
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(model.cost), len(model.low)
    lp.col_cost_ = model.cost
    lp.col_lower_ = np.zeros(len(model.cost))
    lp.col_upper_ = np.minimum(model.upper, infinite)
    lp.row_lower_ = np.maximum(model.low, -infinite)
    lp.row_upper_ = np.minimum(model.high, infinite)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = model.indptr.astype(np.int32)
    lp.a_matrix_.index_ = model.column.astype(np.int32)
    lp.a_matrix_.value_ = model.value
    kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
    lp.integrality_ = [kinds[int(whole)] for whole in model.whole]
    return lp


def _answer(solver: highspy.Highs, seconds: float) -> Answer:
    status, info = solver.getModelStatus(), solver.getInfo()
    if status in {highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible}:
        return Answer(None, np.inf, proved=True, seconds=seconds)
    found = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    x = np.asarray(solver.getSolution().col_value) if found else None
    is_mip = any(kind == highspy.HighsVarType.kInteger for kind in solver.getLp().integrality_)
    optimal = status == highspy.HighsModelStatus.kOptimal
    bound = info.mip_dual_bound if is_mip else (info.objective_function_value if optimal else -np.inf)
    return Answer(x, float(bound), proved=optimal, seconds=seconds)
