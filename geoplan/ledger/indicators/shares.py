"""Shares of public, inclusive and private schools, by child and by school, with the denominator said."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from geoplan.ledger.judge import is_baseline, judge
from geoplan.ledger.official import beside, need, official_readings
from geoplan.ledger.reading import Indicator, Need, Reading
from geoplan.ledger.schools import Figures, figures, offering, places_of, seats_of
from geoplan.ledger.words import ROWS, figure, share
from geoplan.ledger.world import NoDataError
from geoplan.rules import State

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas as pd

    from geoplan.ledger.world import World
    from geoplan.rules import Clause

BY_CHILD = ("按在校（园）学生计", "by child")
BY_SCHOOL = ("按学校（园）数计", "by school")


@dataclass(frozen=True)
class _Kind:
    """A kind of schools whose share is asked for."""

    zh: str
    en: str
    columns: tuple[str, ...]
    belongs: Callable[[pd.DataFrame], pd.Series[bool]]
    known: Callable[[pd.DataFrame], pd.Series[bool]]
    statistic: str


def _inclusive(frame: pd.DataFrame) -> pd.Series[bool]:
    """Public, or private with an inclusive price. A private school whose flag is blank does not count as inclusive."""
    return (frame["ownership"] == "public") | (frame["inclusive"] == True)  # noqa: E712  None is no answer


_OWNERSHIP = ("ownership",)
PUBLIC = _Kind(
    "公办", "public", _OWNERSHIP, lambda frame: frame["ownership"] == "public",
    lambda frame: frame["ownership"] != "", "public_enrolment_share",
)  # fmt: skip
PRIVATE = replace(
    PUBLIC, zh="民办", en="private", belongs=lambda frame: frame["ownership"] == "private",
    statistic="private_enrolment_share",
)  # fmt: skip
INCLUSIVE = _Kind(
    "普惠（公办＋普惠民办）", "inclusive (public and inclusive private)", ("ownership", "inclusive"), _inclusive,
    lambda frame: (frame["ownership"] != "") | (frame["inclusive"] == True),  # noqa: E712  None is no answer
    "inclusive_enrolment_share",
)  # fmt: skip


def _schools(world: World, clause: Clause, kind: _Kind) -> pd.DataFrame:
    world.table("schools", *kind.columns)
    return offering(world, clause.level, scope=clause.scope)


def by_school(world: World, clause: Clause, kind: _Kind, *, state: State | None = State.SHOWN) -> list[Reading]:
    """Schools of the kind over all schools whose kind is known, in the whole and in each county."""
    frame = _schools(world, clause, kind)
    one = Figures(frame["ownership"].map(lambda _: 1.0).astype(float), "按学校图层", "from the schools layer")
    return _readings(frame, kind, one, BY_SCHOOL, ("所", "schools"), state)


def by_child(world: World, clause: Clause, kind: _Kind) -> list[Reading]:
    """Pupils at schools of the kind over pupils at all schools where both are known."""
    frame = _schools(world, clause, kind)
    pupils = figures(world, frame, clause.level, year=clause.year if is_baseline(clause) else None)
    return _readings(frame, kind, pupils, BY_CHILD, ("人", "pupils"), None)


def _readings(
    frame: pd.DataFrame,
    kind: _Kind,
    counts: Figures,
    variant: tuple[str, str],
    unit: tuple[str, str],
    state: State | None,
) -> list[Reading]:
    usable = kind.known(frame) & counts.series.notna()
    belongs = kind.belongs(frame)
    found = []
    for place, rows in places_of(frame):
        kept = rows.index[usable.loc[rows.index]]
        left_out = rows.index[~usable.loc[rows.index]]
        values = counts.series.loc[kept]
        part, whole = float(values[belongs.loc[kept]].sum()), float(values.sum())
        ratio = f" = {figure(100 * part / whole)} %" if whole > 0 else ""
        zh = f"{kind.zh} {figure(part)} {unit[0]} / 合计 {figure(whole)} {unit[0]}{ratio}（{variant[0]}，{counts.zh}）"
        en = f"{kind.en} {share(part, whole)} of {unit[1]} ({variant[1]}, {counts.en})"
        if len(left_out):
            zh = f"{zh}；{len(left_out)} 所性质或数量未注明，未计入"
            en = f"{en}; {len(left_out)} schools left out, their kind or number is blank"
        value = 100 * part / whole if whole > 0 else None
        shown = State.NOT_APPLICABLE if value is None else state
        ids = tuple(str(key) for key in left_out[:ROWS])
        # the parts are children where the share is by child; the rest can be had from the two
        children = (part, whole, whole - part) if variant == BY_CHILD else ()
        row = Reading(place, value, zh, en, *variant, ids, len(left_out), shown, year=counts.year, children=children)
        found.append(row)
    return found


def _share_of(kind: _Kind) -> Callable[[World, Clause], Sequence[Reading]]:
    """By child, judged, and by school, shown. Of a base year, and where no school tells, the official figure."""

    def read(world: World, clause: Clause) -> Sequence[Reading]:
        def told() -> list[Reading]:
            found = official_readings(world, clause, kind.statistic)
            return [replace(reading, variant_zh=BY_CHILD[0], variant_en=BY_CHILD[1]) for reading in found]

        if is_baseline(clause):
            try:
                return beside(told(), lambda: by_child(world, clause, kind))
            except NoDataError:
                return [*by_child(world, clause, kind), *by_school(world, clause, kind)]
        try:
            children = by_child(world, clause, kind)
        except NoDataError as missing:
            try:
                return told()
            except NoDataError:
                also = (*missing.also, need(kind.statistic))
                raise NoDataError(missing.role, *missing.columns, also=also) from missing
        return [*children, *by_school(world, clause, kind)]

    return read


def _public_and_inclusive(world: World, clause: Clause) -> Sequence[Reading]:
    """Two figures in one sentence: inclusive against the clause, public against its option `public_low`."""
    low = float(clause.options["public_low"])
    public = replace(clause, low=low, high=None)
    readings: list[Reading] = []
    for kind, own in ((INCLUSIVE, clause), (PUBLIC, public)):
        for reading in _share_of(kind)(world, own):
            if reading.variant_zh != BY_CHILD[0]:
                continue
            state = judge(own, reading)
            short = None
            if state is State.NOT_MET and own.low is not None and reading.value is not None:
                short = own.low - reading.value
            variant = (f"{kind.zh} ≥ {figure(own.low)} %", f"{kind.en} ≥ {figure(own.low)} %")
            readings.append(
                replace(reading, variant_zh=variant[0], variant_en=variant[1], state=state, short=short, short_unit="%")
            )
    return readings


def _both_ways(world: World, clause: Clause) -> Sequence[Reading]:
    """The clause does not say of what: both shares, each with the verdict it would have; the clause is ambiguous."""
    readings = [*by_child(world, clause, PUBLIC), *by_school(world, clause, PUBLIC, state=None)]
    found = []
    for reading in readings:
        would = judge(clause, reading)
        zh, en = f"{reading.zh}；若按此口径：{would.zh}", f"{reading.en}; read so it would be {_words(would)}"
        state = would if would is State.NOT_APPLICABLE else State.AMBIGUOUS
        found.append(replace(reading, zh=zh, en=en, state=state))
    return found


def _words(state: State) -> str:
    return state.value.replace("_", " ")


def _public_seat_share(world: World, clause: Clause) -> Sequence[Reading]:
    """Seats of public schools over all seats. Seats bought at private schools are in no layer, and not counted."""
    frame = _schools(world, clause, PUBLIC)
    seats = Figures(seats_of(world, frame, clause.level), "按学校图层学位数", "seats of the schools layer")
    readings = _readings(frame, PUBLIC, seats, ("按学位数计", "by seat"), ("个", "seats"), None)
    zh, en = "；政府购买的民办学位无数据，未计入公办", "; seats bought at private schools are unknown and not counted"
    return [replace(each, zh=each.zh + zh, en=each.en + en) for each in readings]


_CHILD = (Need("schools", ("ownership", "enrolment")), Need("enrolment", ("school", "year", "pupils")))
_INCLUSIVE = (Need("schools", ("ownership", "inclusive", "enrolment")), *_CHILD[1:])

INDICATORS = (
    Indicator("public_enrolment_share", "公办在校（园）占比", "share at public schools", "%",
              (*_CHILD, need("public_enrolment_share")), _share_of(PUBLIC)),
    Indicator("inclusive_enrolment_share", "普惠覆盖率", "share at public and inclusive schools", "%",
              (*_INCLUSIVE, need("inclusive_enrolment_share")), _share_of(INCLUSIVE)),
    Indicator("private_enrolment_share", "民办在校占比", "share at private schools", "%",
              (*_CHILD, need("private_enrolment_share")), _share_of(PRIVATE)),
    Indicator("public_and_inclusive_share", "普惠与公办占比", "inclusive and public shares", "%", _INCLUSIVE,
              _public_and_inclusive, ("public_low",)),
    Indicator("public_share_both_ways", "公办园比例（两种口径）", "public share, read both ways", "%", _CHILD,
              _both_ways),
    Indicator("public_seat_share", "公办学位占比", "share of public seats", "%",
              (Need("schools", ("ownership", "capacity")),), _public_seat_share),
)  # fmt: skip
