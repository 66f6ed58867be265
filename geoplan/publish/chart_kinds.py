"""The charts of the reports: pupils and seats, the wave of cohorts, Lorenz curves, verdicts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoplan.demand.forecasting.forecast import peak_at
from geoplan.publish.charts import COLOURS, INK, SOFT, Chart

_MANY_PUPILS = 30_000
_YEAR_POINTS, _YEAR_EM = 9.5, 2.4
_AROUND = ((0, 1), (1, 1), (-1, 1), (0, -1), (1, -1), (-1, -1), (1, 0), (-1, 0), (0, 2), (0, -2), (1, 2), (1, -2))
"""Where the year of a peak may stand: across and up from it, the first that is free."""

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from geoplan.publish.charts import Label
    from geoplan.types import Stage, Words


def pupils_and_seats(
    stage: Stage,
    years: NDArray[np.int64],
    pupils: Mapping[str, NDArray[np.float64]],
    seats: Mapping[int, float],
    *,
    middle: str,
    since: int | None = None,
) -> Chart:
    """Pupils of a stage by year in every scenario, against the seats of the years that were balanced.

    Args:
        years: shape (n,), ascending.
        pupils: scenario's label → pupils, shape (n,), citywide.
        seats: public seats by year.
        middle: the scenario that is drawn strongest.
        since: the year of the data, from which on the peak is looked for; what lies before is history.
    """
    line = pupils[middle]
    peak = peak_at(years, line, since)
    first = min(seats) if seats else int(years[0])
    alt_zh = f"{stage.zh}学生{years[peak]}年最多，约{line[peak]:,.0f}人；{years[-1]}年约{line[-1]:,.0f}人。"
    alt_en = (
        f"Pupils of {stage.value} peak in {years[peak]} at about {line[peak]:,.0f}; {line[-1]:,.0f} in {years[-1]}."
    )
    if seats:
        alt_zh += f"{first}年公办学位{seats[first]:,.0f}个。"
        alt_en += f" Public seats in {first}: {seats[first]:,.0f}."

    def draw(axes: Axes, label: Label) -> None:
        others = [values for name, values in pupils.items() if name != middle]
        if others:
            low, high = (getattr(_stack(others), kind)(axis=0) for kind in ("min", "max"))
            axes.fill_between(
                years,
                low,
                high,
                color=COLOURS[stage],
                alpha=0.18,
                lw=0,
                label=label("高低方案之间", "between scenarios"),
            )
        axes.plot(years, line, color=COLOURS[stage], lw=2.4, label=label("学生（中方案）", "pupils, middle scenario"))
        if seats:
            axes.step(
                list(seats),
                list(seats.values()),
                where="post",
                color=INK,
                lw=1.8,
                ls="--",
                label=label("公办学位", "public seats"),
            )
        axes.plot(years[peak], line[peak], "o", color=COLOURS[stage], mec=INK)
        _years_and_counts(axes, years, label)
        _peaks(axes, years, [(peak, float(line[peak]))])
        axes.legend(loc="best", fontsize=10)

    zh, en = f"{stage.zh}：学生与学位", f"{stage.value.capitalize()}: pupils and seats"
    return Chart(f"seats-{stage.value}", (zh, en), (alt_zh, alt_en), draw)


def cohort_wave(
    years: NDArray[np.int64], pupils: Mapping[Stage, NDArray[np.float64]], *, since: int | None = None
) -> Chart:
    """Pupils of every stage by year, with each stage's peak from `since` on: the wave of births passing (排浪式)."""
    peaks = {stage: peak_at(years, line, since) for stage, line in pupils.items()}
    alt_zh = "高峰：" + "，".join(f"{stage.zh}{years[at]}年" for stage, at in peaks.items()) + "。"
    alt_en = "Peaks: " + ", ".join(f"{stage.value} {years[at]}" for stage, at in peaks.items()) + "."

    def draw(axes: Axes, label: Label) -> None:
        for stage, line in pupils.items():
            at = peaks[stage]
            axes.plot(years, line, color=COLOURS[stage], lw=2.2, label=label(stage.zh, stage.value))
            axes.plot(years[at], line[at], "o", color=COLOURS[stage], mec=INK)
        _years_and_counts(axes, years, label)
        _peaks(axes, years, [(peaks[stage], float(line[peaks[stage]])) for stage, line in pupils.items()])
        axes.legend(loc="best", fontsize=10)

    return Chart("wave", ("各学段学生数变化", "Pupils of every stage"), (alt_zh, alt_en), draw)


def lorenz(curves: Mapping[Words, tuple[NDArray[np.float64], NDArray[np.float64], float]]) -> Chart:
    """Lorenz curves of access to seats.

    Args:
        curves: label → share of people and share of what they have access to, both from 0 to 1, and Gini.
    """
    alt_zh = "基尼系数：" + "，".join(f"{zh}{gini:.2f}" for (zh, _), (_, _, gini) in curves.items()) + "；0为人人相同。"
    alt_en = (
        "Gini: "
        + ", ".join(f"{en} {gini:.2f}" for (_, en), (_, _, gini) in curves.items())
        + "; 0 is the same for all."
    )

    def draw(axes: Axes, label: Label) -> None:
        axes.plot([0, 1], [0, 1], color=SOFT, lw=1, ls=":", label=label("人人相同", "the same for all"))
        for colour, ((zh, en), (people, access, gini)) in zip(COLOURS.values(), curves.items(), strict=False):
            axes.plot(people, access, color=colour, lw=2.2, label=f"{label(zh, en)} ({gini:.2f})")
        axes.set_xlabel(label("人口累计比例", "share of people"))
        axes.set_ylabel(label("可及学位累计比例", "share of access"))
        axes.set_aspect("equal")
        axes.legend(loc="upper left", fontsize=10)

    return Chart(
        "lorenz", ("学位可及性的公平（洛伦兹曲线）", "Equity of access (Lorenz curve)"), (alt_zh, alt_en), draw
    )


def stacked_states(rows: Sequence[tuple[Words, Mapping[str, int]]], states: Mapping[str, tuple[Words, str]]) -> Chart:
    """How many clauses stand how, for each group.

    Args:
        rows: group's label → count by state.
        states: state → its label and colour, in the order of the bars.
    """
    totals = {state: sum(counts.get(state, 0) for _, counts in rows) for state in states}
    alt_zh = "；".join(f"{words[0]}{totals[state]}条" for state, (words, _) in states.items() if totals[state]) + "。"
    alt_en = "; ".join(f"{words[1]} {totals[state]}" for state, (words, _) in states.items() if totals[state]) + "."

    def draw(axes: Axes, label: Label) -> None:
        from matplotlib.ticker import MaxNLocator  # noqa: PLC0415  heavy

        left = [0] * len(rows)
        for state, ((zh, en), colour) in states.items():
            widths = [counts.get(state, 0) for _, counts in rows]
            if any(widths):
                axes.barh(range(len(rows)), widths, left=left, color=colour, label=label(zh, en), height=0.66)
            left = [start + width for start, width in zip(left, widths, strict=True)]
        axes.set_yticks(range(len(rows)), [label(*words) for words, _ in rows])
        axes.invert_yaxis()
        axes.grid(visible=False)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.set_xlabel(label("条款数", "clauses"))
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.14), ncols=3, fontsize=9.5)

    return Chart("states", ("条款核查结果", "Clauses by verdict"), (alt_zh, alt_en), draw)


def _stack(lines: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    import numpy as np  # noqa: PLC0415  see the top: nothing heavy at import

    return np.stack(lines)


def axis_unit(most: float) -> tuple[int, Words]:
    """What ticks count up to `most` pupils in, and how the axis is called: ten thousands (万) only of many."""
    return (10_000, ("万人", "10,000 pupils")) if most >= _MANY_PUPILS else (1, ("人", "pupils"))


def _peaks(axes: Axes, years: NDArray[np.int64], peaks: Sequence[tuple[int, float]]) -> None:
    """The year beside each peak, where it covers no line, no mark and no other year; once the axis has its limits.

    Args:
        peaks: row of `years` and value.
    """
    import numpy as np  # noqa: PLC0415  see the top: nothing heavy at import

    pixel = axes.figure.dpi / 72
    size = np.array([_YEAR_EM, 1.0]) * _YEAR_POINTS * pixel
    away = size / 2 + 5 * pixel
    frame = axes.get_window_extent()
    lines = [_dense(axes.transData.transform(line.get_xydata())) for line in axes.lines]
    marks = axes.transData.transform([(years[at], value) for at, value in peaks])
    written: list[NDArray[np.float64]] = []
    for (at, value), mark in zip(peaks, marks, strict=True):
        # a line between a peak and its year would seem to be the one that has it
        others = [line for line in lines if np.abs(line - mark).max(axis=1).min() > pixel]
        tried = []
        for order, side in enumerate(_AROUND):
            middle = mark + np.array(side) * away
            low, high = middle - size / 2, middle + size / 2
            covered = sum(_inside(each, low - pixel, high + pixel) for each in (*lines, marks, *written))
            covered += sum(_inside(each, np.minimum(low, mark), np.maximum(high, mark)) for each in others)
            outside = bool(low[0] < frame.x0 or high[0] > frame.x1 or low[1] < frame.y0 + size[1] / 2)
            tried.append((outside, covered, order, middle))
        middle = min(tried, key=lambda each: each[:3])[3]
        written.append(middle + (np.mgrid[-4:5, -4:5].reshape(2, -1).T / 8) * size)
        axes.annotate(
            f"{years[at]}", (years[at], value), xytext=tuple((middle - mark) / pixel), textcoords="offset points",
            ha="center", va="center", fontsize=_YEAR_POINTS,
        )  # fmt: skip


def _inside(points: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64]) -> int:
    return int(((points > low) & (points < high)).all(axis=1).sum())


def _dense(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """A line as points so close that none passes by a year unseen."""
    import numpy as np  # noqa: PLC0415  see the top: nothing heavy at import

    steps = np.arange(0, len(points) - 1 + 1e-9, 0.02)
    known = np.arange(len(points))
    return np.column_stack([np.interp(steps, known, points[:, each]) for each in (0, 1)])


def _years_and_counts(axes: Axes, years: NDArray[np.int64], label: Label) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator  # noqa: PLC0415

    axes.set_xlim(years[0] - 0.3, years[-1] + 0.3)
    # room for the year over a peak
    axes.set_ylim(0, max(axes.get_ylim()[1] * 1.06, 1.0))
    in_units, words = axis_unit(axes.get_ylim()[1])
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    # no half pupils
    axes.yaxis.set_major_locator(MaxNLocator(steps=[1, 2, 2.5, 5, 10], integer=in_units == 1, nbins=8))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _position: f"{value / in_units:,.10g}"))
    # level over its axis: Chinese turned on its side is hard to read
    axes.set_ylabel(label(*words), rotation=0, ha="left", va="bottom")
    axes.yaxis.set_label_coords(-0.02, 1.015)
    axes.set_xlabel(label("学年（秋季）", "school year (autumn)"))
