"""What is left of a cover, as a mixed-integer program with all rules, and with odd sets of rows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from geoplan.locate.cover.odd_sets import as_rows
from geoplan.locate.highs import LinearRows, Milp, minimise

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.locate.clock import Clock
    from geoplan.locate.cover.model import Cover
    from geoplan.locate.cover.odd_sets import OddSets
    from geoplan.locate.highs import Answer


def program(cover: Cover) -> Milp:
    """Minimise Σ site_cost y + Σ price u  with  Σ y + u ≥ 1 on every row (no u where it must be covered).

    Rules are as wide as plans may use them (`SiteRule.holds`), so that a bound of the program is one of all plans.
    """
    loose = np.flatnonzero(~cover.must)
    count = np.diff(cover.indptr)
    entries = count + ~cover.must
    ends = np.cumsum(entries)
    column = np.empty(int(entries.sum()), dtype=np.int64)
    slack = np.zeros(len(column), dtype=bool)
    slack[ends[loose] - 1] = True
    column[~slack] = cover.site
    column[slack] = cover.sites + np.arange(len(loose))
    rules = [rule for rule in cover.all_rules() if len(rule.sites)]
    if cover.low <= 0 and cover.high >= cover.sites:
        rules = rules[1:] if cover.sites else rules
    return Milp(
        np.concatenate([cover.site_cost, cover.price[loose]]),
        np.ones(cover.sites + len(loose)),
        np.concatenate([np.ones(cover.sites, dtype=bool), np.zeros(len(loose), dtype=bool)]),
        np.concatenate([[0], ends, (ends[-1:].sum() + np.cumsum([len(rule.sites) for rule in rules]))]).astype(
            np.int64
        ),
        np.concatenate([column, *[rule.sites for rule in rules]]),
        np.concatenate([np.ones(len(column)), *[rule.values for rule in rules]]),
        np.concatenate([np.ones(cover.rows), [rule.low - rule.slack for rule in rules]]),
        np.concatenate([np.full(cover.rows, np.inf), [rule.high + rule.slack for rule in rules]]),
    )


def scale_of(model: Milp) -> float:
    """By what its costs should be multiplied: HiGHS's tolerances are absolute, they should be neither tiny nor huge."""
    size = float(np.abs(model.cost).sum())
    return 1e5 / size if size > 0 and not 1e2 <= size <= 1e7 else 1.0


def rows_of_sets(cover: Cover, sets: OddSets) -> LinearRows:
    """Odd sets as rows of the program."""
    indptr, site, value, low = as_rows(cover, sets)
    each, slack, loose = np.arange(sets.number), cover.sites - 1 + np.cumsum(~cover.must), ~cover.must[sets.row]
    row = np.concatenate([np.repeat(each, np.diff(indptr)), np.repeat(each, np.diff(sets.start))[loose]])
    column = np.concatenate([site, slack[sets.row[loose]]])
    order = np.argsort(row, kind="stable")
    ends = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=sets.number))])
    value = np.concatenate([value, np.ones(int(loose.sum()))])
    return LinearRows(ends, column[order], value[order], low, np.full(sets.number, np.inf))


def point(cover: Cover, is_open: NDArray[np.bool_]) -> NDArray[np.float64]:
    """A plan as a point of the program."""
    return np.concatenate([is_open, ~cover.covered(is_open)[~cover.must]]).astype(float)


def exact(
    cover: Cover,
    start: NDArray[np.bool_] | None,
    *,
    clock: Clock,
    spread: float = 0.0,
    below: float = np.inf,
    seed: int = 0,
    sets: OddSets | None = None,
) -> tuple[NDArray[np.bool_] | None, float, bool]:
    """Solve what is left: the best plan, the bound (with the constant) and whether it is proved.

    Args:
        below: only plans that cost less are asked for.
        sets: odd sets of rows, which make the program tighter.
        spread: a plan is good enough when no other one is cheaper by more than this.
    """
    model = program(cover)
    if sets is not None:
        model = model.with_rows(rows_of_sets(cover, sets))
    scale = scale_of(model)
    if np.isfinite(below):
        priced = np.flatnonzero(model.cost)
        model = model.with_row(priced, model.cost[priced], -np.inf, below - cover.constant)
    answer: Answer = minimise(
        replace(model, cost=model.cost * scale),
        clock=clock,
        seed=seed,
        start=None if start is None else point(cover, start),
        options={"mip_abs_gap": max(spread * scale, 1e-7)},
    )
    plan = None if answer.x is None else answer.x[: cover.sites] > 0.5
    return plan, answer.bound / scale + cover.constant, answer.proved
