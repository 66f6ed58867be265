"""Who boards, and how many learn a trade: pupils of one kind against pupils of another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from geoplan.coverage.boarding import boarding_share
from geoplan.ledger.reading import Indicator, Need, Reading
from geoplan.ledger.schools import figures, offering, places_of
from geoplan.ledger.words import figure, share
from geoplan.ledger.world import NoDataError
from geoplan.rules import Level, State

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geoplan.ledger.world import World
    from geoplan.rules import Clause


def _boarding(world: World, clause: Clause, *, day: bool) -> Sequence[Reading]:
    """Pupils who can board over all: by the rule of the map, beds first and boarders where no beds are told."""
    frame = offering(world, clause.level, scope=clause.scope)
    beds, heads = world.has("schools", "boarding_beds"), world.has("schools", "boarders")
    world.table("schools", "boarding_beds" if beds else "boarders")
    pupils = figures(world, frame, clause.level).series
    total = frame["enrolment"].fillna(pupils) if "enrolment" in frame else pupils
    rate = pd.Series(boarding_share(frame.assign(enrolment=total)), index=frame.index).clip(upper=1.0)
    boards = rate * pupils
    usable = boards.notna()
    word = "寄宿床位或寄宿生" if beds and heads else "寄宿床位" if beds else "寄宿生"
    word_en = "beds for boarders or boarders" if beds and heads else "beds for boarders" if beds else "boarders"
    found = []
    for place, rows in places_of(frame):
        kept = rows.index[usable.loc[rows.index]]
        part, whole = float(boards.loc[kept].sum()), float(pupils.loc[kept].sum())
        left_out = len(rows) - len(kept)
        zh, en = f"{word} {figure(part)} / 在校 {figure(whole)}", f"{word_en} {share(part, whole)} of pupils"
        if whole > 0:
            zh += f" = {figure(100 * part / whole)} %"
        if day and whole > 0:
            zh = f"{zh}，走读 {figure(100 - 100 * part / whole)} %"
            en = f"{en}, day pupils {figure(100 - 100 * part / whole)} %"
        if left_out:
            zh, en = f"{zh}；{left_out} 所未注明，未计入", f"{en}; {left_out} schools left out"
        value = None if whole <= 0 else 100 * part / whole
        state = State.NOT_APPLICABLE if value is None else None
        shown = 100 - value if day and value is not None else value
        found.append(Reading(place, shown, zh, en, state=state, children=(part, whole, whole - part)))
    return found


def _boarding_share(world: World, clause: Clause) -> Sequence[Reading]:
    return _boarding(world, clause, day=False)


def _day_share(world: World, clause: Clause) -> Sequence[Reading]:
    return _boarding(world, clause, day=True)


def _vocational_ratio(world: World, clause: Clause) -> Sequence[Reading]:
    """Pupils of vocational schools for each pupil of a general senior school."""
    general = figures(world, senior := offering(world, clause.level), clause.level)
    vocational = offering(world, Level.VOCATIONAL)
    if vocational.empty:
        raise NoDataError("schools", "branch=vocational", "enrolment")
    pupils = figures(world, vocational, Level.VOCATIONAL)
    found = []
    by_place = {place: rows.index for place, rows in places_of(vocational)}
    for place, rows in places_of(senior):
        whole = float(general.series.loc[rows.index].sum())
        trades = pupils.series.loc[by_place.get(place, pupils.series.index[:0])]
        part, unknown = float(trades.sum()), int(trades.isna().sum())
        zh = f"中职在校 {figure(part)} 人 / 普通高中在校 {figure(whole)} 人（{general.zh}）"
        en = f"{figure(part)} vocational / {figure(whole)} general senior pupils ({general.en})"
        state = State.NOT_APPLICABLE if whole <= 0 else None
        if unknown:
            zh, en = f"{zh}；{unknown} 所中职未注明在校生", f"{en}; {unknown} vocational schools do not tell"
            state = State.NO_DATA if unknown == len(trades) else state
        value = part / whole if whole > 0 and state is None else None
        found.append(Reading(place, value, zh, en, state=state, children=(part, whole)))
    return found


_BOARD = (Need("schools", ("boarders", "enrolment", "area")), Need("schools", ("boarding_beds", "enrolment", "area")))

INDICATORS = (
    Indicator("boarding_share", "寄宿生占比", "share of boarders", "%", _BOARD, _boarding_share),
    Indicator("day_share", "走读生占比", "share of day pupils", "%", _BOARD, _day_share),
    Indicator("vocational_ratio", "职普比", "vocational pupils for each general one", "",
              (Need("schools", ("branch=vocational", "enrolment")), Need("enrolment", ("school", "pupils"))),
              _vocational_ratio),
)  # fmt: skip
