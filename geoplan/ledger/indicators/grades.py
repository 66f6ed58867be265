"""Grades of schools: 省级示范, 农村一类, and the share that reaches them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoplan.ledger.indicators.counting import counted, graded, ids_of
from geoplan.ledger.judge import BASELINE
from geoplan.ledger.reading import Indicator, Need, Reading
from geoplan.ledger.schools import offering, places_of
from geoplan.ledger.words import names_en, names_zh, share
from geoplan.rules import State

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from geoplan.ledger.world import World
    from geoplan.rules import Clause


def _demo_per_seat(world: World, clause: Clause) -> Sequence[Reading]:
    world.table("schools", "grade")
    frame = offering(world, clause.level, scope=clause.scope)
    words = clause.options.get("words", ("省级示范",))
    rows = frame.loc[graded(frame, words)]
    return counted(world, clause, rows, "/".join(words), f"urban kindergartens graded {'/'.join(words)}")


def _demo_schools(world: World, clause: Clause) -> Sequence[Reading]:
    world.table("schools", "grade")
    frame = offering(world, clause.level)
    words = clause.options.get("words", ("示范",))
    reached = frame.loc[graded(frame, words)]
    by_place = dict(places_of(reached))
    found = []
    for place, _ in places_of(frame):
        rows = by_place.get(place, reached.iloc[:0])
        names = [str(name) for name in rows["name"]]
        zh = f"{'/'.join(words)} {len(rows)} 所：{names_zh(names) or '无'}"
        en = f"{len(rows)} graded {'/'.join(words)}: {names_en(names) or 'none'}"
        state = None
        if not clause.options.get("judged", True):
            zh, en = f"{zh}；不注明评定年份，不能判定是否新增", f"{en}; of no known year, so none is known to be new"
            state = State.SHOWN
        found.append(Reading(place, float(len(rows)), zh, en, rows=ids_of(rows), count=len(rows), state=state))
    return found


def _graded_share(clause: Clause, frame: pd.DataFrame, what: tuple[str, str]) -> list[Reading]:
    words = clause.options.get("words", ("示范",))
    found = []
    for place, rows in places_of(frame):
        below = rows.loc[~graded(rows, words)]
        reached = len(rows) - len(below)
        zh = f"{what[0]} {len(rows)} 所，达到 {'/'.join(words)} {share(reached, len(rows))}"
        en = f"{what[1]}: {share(reached, len(rows))} graded {'/'.join(words)}"
        value = 100 * reached / len(rows) if len(rows) else None
        state = State.NOT_APPLICABLE if value is None else None
        if value is not None and clause.low is None and clause.operator != BASELINE:
            state = State.NOT_MET if len(below) else State.MET
        found.append(
            Reading(place, value, zh, en, rows=ids_of(below), count=len(below), state=state,
                    short=float(len(below)) if state is State.NOT_MET else None, short_unit="所")
        )  # fmt: skip
    return found


def _kindergarten_grade(world: World, clause: Clause) -> Sequence[Reading]:
    world.table("schools", "grade")
    frame = offering(world, clause.level, scope=clause.scope)
    return _graded_share(clause, frame, ("乡镇幼儿园", "township kindergartens"))


def _demo_share_of_central(world: World, clause: Clause) -> Sequence[Reading]:
    world.table("schools", "central", "grade")
    frame = offering(world, clause.level)
    central = frame.loc[frame["central"] == True]  # noqa: E712  None is no answer
    return _graded_share(clause, central, ("乡镇中心园", "township central kindergartens"))


_GRADE = Need("schools", ("grade",))

INDICATORS = (
    Indicator("demo_per_seat", "城区示范园数", "model kindergartens in each county town", "所",
              (Need("schools", ("grade", "area")), Need("districts", ("name",))), _demo_per_seat, ("words",)),
    Indicator("demo_schools", "示范学校数", "model schools", "所", (_GRADE,), _demo_schools,
              ("words", "judged")),
    Indicator("kindergarten_grade", "乡镇园达标比例", "share of township kindergartens of a grade", "%",
              (Need("schools", ("grade", "township")),), _kindergarten_grade, ("words",)),
    Indicator("demo_share_of_central", "中心园示范比例", "share of model kindergartens among central ones", "%",
              (Need("schools", ("grade", "central")),), _demo_share_of_central, ("words",)),
)  # fmt: skip
