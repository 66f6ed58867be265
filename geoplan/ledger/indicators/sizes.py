"""Sizes of classes: those that are too large, and whether they grow fewer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geoplan.ledger.indicators.counting import ids_of
from geoplan.ledger.judge import is_baseline
from geoplan.ledger.official import need, official_readings
from geoplan.ledger.reading import WHOLE, Indicator, Need, Reading
from geoplan.ledger.schools import Figures, figures, offering, places_of
from geoplan.ledger.words import figure, names_en, names_zh, share
from geoplan.ledger.world import NoDataError
from geoplan.rules import Level, State

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geoplan.ledger.world import World
    from geoplan.rules import Clause
    from geoplan.types import Stage

OVERSIZED = 55
"""A class of more pupils is a 大班额; no plan defines it, 56 is the usual figure (unverified)."""


def _class_size(world: World, clause: Clause) -> Sequence[Reading]:
    """The largest class of each school where it is told, else pupils over classes, against the clause or the caps.

    The value is the largest class found. A mean hides larger classes; the sentence says which it is.
    """
    frame = offering(world, clause.level, scope=clause.scope)
    frames = [_sizes(world, clause, frame, stage) for stage in clause.level.stages]
    told = [each for each in frames if each is not None]
    if not told:
        raise NoDataError("schools", "enrolment", "classes", also=_CLASS[1:])
    every = pd.concat(told)
    return [_class_reading(place, rows) for place, rows in places_of(every)]


def _sizes(world: World, clause: Clause, frame: pd.DataFrame, stage: Stage) -> pd.DataFrame | None:
    """Size, cap and excess of one stage in each school that offers it; None where no school tells."""
    mine = frame.loc[[stage in stages for stages in frame["stages"]]]
    level, year = Level(stage.value), clause.year if is_baseline(clause) else None
    if mine.empty:
        return None
    try:
        largest: Figures | None = figures(world, mine, level, "largest_class", year=year)
    except NoDataError:
        largest = None
    try:
        pupils = figures(world, mine, level, year=year)
        classes = figures(world, mine, level, "classes", year=year).series
        mean = (pupils.series / classes.where(classes > 0)).astype(float)
        source = pupils
    except NoDataError:
        if largest is None:
            return None
        mean, source = largest.series * np.nan, largest
    own = largest.series if largest is not None else mean * np.nan
    cap = world.caps.get(stage) if clause.options.get("cap") == "national" else clause.high
    cap = cap if cap is not None else world.caps[stage]
    sizes = mine.assign(
        size=own.fillna(mean), is_mean=own.isna(), cap=float(cap), source=source.zh, source_en=source.en
    )
    over = sizes["size"] > sizes["cap"] + 1e-9
    try:
        total = figures(world, mine, level, "oversized_classes", year=year).series if cap == OVERSIZED else None
    except NoDataError:
        total = None
    # without a count of large classes at least one of a school with a large class is too large
    return sizes.assign(over=over, classes_over=over.astype(float) if total is None else total.fillna(over * 1.0))


def _class_reading(place: str, rows: pd.DataFrame) -> Reading:
    known = rows.loc[rows["size"].notna()]
    over = known.loc[known["over"] | (known["classes_over"] > 0)].sort_values("size", ascending=False, kind="stable")
    if known.empty:
        words = ("没有学校注明班额", "no school tells its class size")
        return Reading(place, None, *words, state=State.NO_DATA)
    means = int(known["is_mean"].sum())
    caps = "/".join(figure(cap) for cap in sorted(known["cap"].unique()))
    zh = f"{len(known)} 校（学段）中 {len(over)} 个超过每班 {caps} 人，最大 {figure(known['size'].max(), 1)} 人"
    en = (
        f"{len(over)} of {len(known)} schools (by stage) above {caps} a class, largest {figure(known['size'].max(), 1)}"
    )
    zh = f"{zh}（{known['source'].iloc[0]}" + (f"；{means} 个只有平均班额" if means else "") + "）"
    en = f"{en} ({known['source_en'].iloc[0]}" + (f"; of {means} only the mean is known" if means else "") + ")"
    if len(over):
        zh, en = f"{zh}：{names_zh(map(str, over['name']))}", f"{en}: {names_en(map(str, over['name']))}"
    unknown = len(rows) - len(known)
    if unknown:
        zh, en = f"{zh}；{unknown} 个未注明", f"{en}; {unknown} do not tell"
    short = float(over["classes_over"].clip(lower=1).sum())
    return Reading(
        place, float(known["size"].max()), zh, en, rows=ids_of(over), count=len(over),
        state=State.NOT_MET if len(over) else State.MET, short=short or None, short_unit="班",
        children=(float(known["size"].max()),),
    )  # fmt: skip


def _oversized_share(world: World, clause: Clause) -> Sequence[Reading]:
    """Classes of more than 55 over all classes: as the schools tell, else the official figure; of a base year first it.

    Raises:
        NoDataError: neither tells; it names what the schools lack first.
    """
    first, second = _oversized_at_schools, _oversized_told
    if is_baseline(clause):
        first, second = second, first
    try:
        return first(world, clause)
    except NoDataError as one:
        try:
            return second(world, clause)
        except NoDataError as other:
            lacking = other if is_baseline(clause) else one
            raise NoDataError(lacking.role, *lacking.columns, also=_OVERSIZED) from other


def _oversized_told(world: World, clause: Clause) -> list[Reading]:
    return official_readings(world, clause, "oversized_class_share")


def _oversized_at_schools(world: World, clause: Clause) -> list[Reading]:
    """The share in the whole and in each county. A clause without a figure asks whether it falls from year to year."""
    year = clause.year if is_baseline(clause) else None
    frame = offering(world, clause.level, scope=clause.scope)
    large = figures(world, frame, clause.level, "oversized_classes", year=year)
    classes = figures(world, frame, clause.level, "classes", year=year)
    usable = large.series.notna() & classes.series.notna()
    fall = _fall(world, clause, frame) if clause.low is None and clause.high is None else None
    found = []
    for place, rows in places_of(frame):
        kept = rows.index[usable.loc[rows.index]]
        part, whole = float(large.series.loc[kept].sum()), float(classes.series.loc[kept].sum())
        zh, en = (
            f"大班额（>{OVERSIZED} 人）{share(part, whole)}（{large.zh}）",
            f"classes over {OVERSIZED}: {share(part, whole)}",
        )
        if left := len(rows) - len(kept):
            zh, en = f"{zh}；{left} 所未注明，未计入", f"{en}; {left} schools left out"
        worst = rows.loc[kept].loc[large.series.loc[kept] > 0]
        state = State.NOT_APPLICABLE if whole <= 0 else None
        if place == WHOLE and fall is not None and state is None:
            state, zh, en = fall[0], f"{zh}；{fall[1]}", f"{en}; {fall[2]}"
        found.append(
            Reading(place, 100 * part / whole if whole > 0 else None, zh, en, rows=ids_of(worst), count=len(worst),
                    state=state, year=large.year,
                short=part if part and fall is None else None, short_unit="班")
        )  # fmt: skip
    return found


def _fall(world: World, clause: Clause, frame: pd.DataFrame) -> tuple[State, str, str] | None:
    """Whether the last share of the enrolment table is below the one before."""
    if not world.has("enrolment", "school", "year", "oversized_classes", "classes"):
        return None
    years = sorted({int(year) for year in world.table("enrolment")["year"].dropna() if year <= world.as_of})[-2:]
    if len(years) < 2:
        return State.SHOWN, "只有一年数据，看不出变化", "one year only, no change to be seen"
    shares = [
        100 * float(figures(world, frame, clause.level, "oversized_classes", year=year).series.sum())
        / float(figures(world, frame, clause.level, "classes", year=year).series.sum())
        for year in years
    ]  # fmt: skip
    state = State.MET if shares[1] < shares[0] or shares[1] == 0 else State.NOT_MET
    change = f"{years[0]} {figure(shares[0])} % → {years[1]} {figure(shares[1])} %"
    return state, change, change


_CLASS = (
    Need("schools", ("enrolment", "classes")), Need("schools", ("largest_class",)),
    Need("enrolment", ("school", "year", "pupils", "classes")),
)  # fmt: skip
_OVERSIZED = (
    Need("schools", ("oversized_classes", "classes")),
    Need("enrolment", ("school", "year", "oversized_classes", "classes")),
    need("oversized_class_share"),
)  # fmt: skip

INDICATORS = (
    Indicator("class_size", "班额", "pupils a class", "人/班", _CLASS, _class_size, ("cap",)),
    Indicator("oversized_class_share", "大班额比例", "share of classes over 55", "%", _OVERSIZED, _oversized_share),
)  # fmt: skip
