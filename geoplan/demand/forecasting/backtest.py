"""Back-test: the last years are held back, forecast from those before, and compared with what came."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geoplan.demand.forecasting.progression import forecast_progression
from geoplan.demand.forecasting.progression_notes import Ratio
from geoplan.types import Finding, Severity, Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from geoplan.demand.forecasting.enrolled import History
    from geoplan.demand.forecasting.forecast import Forecast

FEWEST_BEFORE = 2
"""Years that must stand before those held back: a ratio needs two."""


@dataclass(frozen=True)
class BacktestRow:
    """How far a method was off.

    Attributes:
        stage, year: what was forecast.
        horizon: years ahead.
        places: how many could be compared.
        actual, forecast: pupils of these places together.
        mape: mean over places of |forecast - actual| / actual; places without pupils are left out; NaN without any.
        bias: (forecast - actual) / actual of the sum: above 0 the method gave too many; NaN where nobody came.
    """

    stage: Stage
    year: int
    horizon: int
    places: int
    actual: float
    forecast: float
    mape: float
    bias: float

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON; errors in percent with one decimal, None where there is none."""
        return {
            "stage": self.stage.value,
            "year": self.year,
            "horizon": self.horizon,
            "places": self.places,
            "actual": round(self.actual),
            "forecast": round(self.forecast),
            "mape_pct": _percent(self.mape),
            "bias_pct": _percent(self.bias),
        }

    def __str__(self) -> str:
        mape, bias = _percent(self.mape), _percent(self.bias)
        errors = (
            f"平均绝对误差 {'—' if mape is None else f'{mape:.1f}%'}，偏差 {'—' if bias is None else f'{bias:+.1f}%'}"
        )
        return (
            f"{self.stage.zh} {self.year}（提前 {self.horizon} 年）："
            f"预测 {self.forecast:,.0f}，实际 {self.actual:,.0f}，{errors}"
        )


@dataclass(frozen=True)
class Backtest:
    """Rows by stage, then year; or a finding that says why there are none."""

    rows: tuple[BacktestRow, ...]
    findings: tuple[Finding, ...] = ()

    def of(self, stage: Stage) -> tuple[BacktestRow, ...]:
        """The rows of a stage, by horizon."""
        return tuple(row for row in self.rows if row.stage is stage)


def backtest(
    actual: Mapping[Stage, NDArray[np.float64]],
    years: NDArray[np.int64],
    places: tuple[str, ...],
    forecast: Callable[[int], Forecast],
    *,
    hold_out: int = 3,
    layer: str = "enrolment",
) -> Backtest:
    """Any method on any history.

    Args:
        actual: pupils by stage, shape (places, years); NaN where unknown.
        years: ascending.
        places: of `actual`; matched with the forecast's by id.
        forecast: what the method says when it knows nothing after a year; called once.
        hold_out: how many of the last years are held back.
        layer: whose history it is, for the finding.

    Raises:
        ValueError: less than one year is to be held back.
    """
    if hold_out < 1:
        raise ValueError(f"Expected at least 1 year to hold back, found {hold_out}.")
    if len(years) < hold_out + FEWEST_BEFORE:
        return Backtest((), (_too_short(len(years), hold_out, layer),))
    last = int(years[-1 - hold_out])
    made = forecast(last)
    mine = [row for row, place in enumerate(places) if place in made.places]
    theirs = [made.places.index(places[row]) for row in mine]
    rows = []
    for stage in (stage for stage in actual if stage in made.pupils):
        for year in years[-hold_out:]:
            came = actual[stage][mine, np.flatnonzero(years == year)[0]]
            said = made.pupils[stage][theirs, made.at(int(year))]
            rows.append(_row(stage, int(year), int(year) - last, came, said))
    found = tuple(row for row in rows if row.places)
    return Backtest(found, () if found else (_nothing(layer),))


def backtest_progression(history: History, *, hold_out: int = 3, how: Ratio = Ratio.MEAN) -> Backtest:
    """Grade progression on its own history.

    Only what stood in the table before is used: grades that nobody moves up into stay at their last figure, as in a
    forecast without births. The error is therefore that of the whole method, entries included.
    """

    def known_until(year: int) -> Forecast:
        return forecast_progression(history.until(year), until=int(history.years[-1]), how=how)

    return backtest(history.by_stage(), history.years, history.places, known_until, hold_out=hold_out)


def _row(stage: Stage, year: int, horizon: int, came: NDArray[np.float64], said: NDArray[np.float64]) -> BacktestRow:
    known = np.isfinite(came) & np.isfinite(said)
    came, said = came[known], said[known]
    some = came > 0
    total = float(came.sum())
    return BacktestRow(
        stage=stage,
        year=year,
        horizon=horizon,
        places=int(known.sum()),
        actual=total,
        forecast=float(said.sum()),
        mape=float(np.mean(np.abs(said[some] - came[some]) / came[some])) if some.any() else float("nan"),
        bias=(float(said.sum()) - total) / total if total > 0 else float("nan"),
    )


def _percent(share: float) -> float | None:
    return round(100 * share, 1) if np.isfinite(share) else None


def _too_short(years: int, hold_out: int, layer: str) -> Finding:
    return Finding(
        Severity.WARNING,
        "backtest-too-short",
        f"The history has {years} years; holding back {hold_out} needs {hold_out + FEWEST_BEFORE}.",
        why="Without a back-test nobody knows how far the forecast is off.",
        fix="Give more years, or hold back fewer.",
        layer=layer,
    )


def _nothing(layer: str) -> Finding:
    return Finding(
        Severity.WARNING,
        "backtest-nothing",
        "No stage has both a forecast and a figure in the years held back.",
        why="Without a back-test nobody knows how far the forecast is off.",
        fix="Give the missing years.",
        layer=layer,
    )
