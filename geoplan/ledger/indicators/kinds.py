"""Schools of a kind (public, inclusive, private) counted, and the share that migrants' children are of the pupils."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoplan.ledger.indicators.shares import INCLUSIVE, PRIVATE, PUBLIC, by_school
from geoplan.ledger.judge import is_baseline
from geoplan.ledger.official import beside, need, official_readings
from geoplan.ledger.reading import Indicator, Need, Reading
from geoplan.ledger.schools import figures, offering, places_of
from geoplan.ledger.words import figure, share
from geoplan.ledger.world import NoDataError
from geoplan.rules import State

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geoplan.ledger.world import World
    from geoplan.rules import Clause

MIGRANTS = "migrant_enrolment_share"


def _schools_of_kind(world: World, clause: Clause) -> Sequence[Reading]:
    """Schools of the option `of` (`public`, or `inclusive`: public and inclusive private), with all the kinds told."""
    asked = INCLUSIVE if clause.options.get("of") == "inclusive" else PUBLIC
    world.table("schools", *asked.columns)
    frame = offering(world, clause.level, scope=clause.scope)
    found = []
    for place, rows in places_of(frame):
        public, private = int(PUBLIC.belongs(rows).sum()), int(PRIVATE.belongs(rows).sum())
        own, other = figure(public), figure(private)
        zh, en = f"公办 {own} 所、民办 {other} 所", f"{own} public, {other} private"
        if world.has("schools", "inclusive"):
            inclusive = int((INCLUSIVE.belongs(rows) & PRIVATE.belongs(rows)).sum())
            zh, en = f"{zh}（其中普惠 {figure(inclusive)} 所）", f"{en} ({figure(inclusive)} of them inclusive)"
        zh, en = f"{zh}，合计 {figure(len(rows))} 所", f"{en}, {figure(len(rows))} in all"
        if blank := int((~PUBLIC.known(rows)).sum()):
            zh, en = f"{zh}；{blank} 所未注明性质", f"{en}; {blank} do not tell"
        found.append(Reading(place, float(asked.belongs(rows).sum()), zh, en))
    return found


def _public_school_share(world: World, clause: Clause) -> Sequence[Reading]:
    return by_school(world, clause, PUBLIC, state=None)


def _migrant_share(world: World, clause: Clause) -> Sequence[Reading]:
    """Migrants' children over all pupils of the schools that tell both; of a base year the official figure first."""
    if not is_baseline(clause):
        return _migrants_at_schools(world, clause)
    try:
        told = official_readings(world, clause, MIGRANTS)
    except NoDataError:
        return _migrants_at_schools(world, clause)
    return beside(told, lambda: _migrants_at_schools(world, clause))


def _migrants_at_schools(world: World, clause: Clause) -> list[Reading]:
    year = clause.year if is_baseline(clause) else None
    try:
        frame = offering(world, clause.level, scope=clause.scope)
        migrants = figures(world, frame, clause.level, "migrant_pupils", year=year)
    except NoDataError as missing:
        raise NoDataError(missing.role, *missing.columns, also=(*missing.also, need(MIGRANTS))) from missing
    pupils = figures(world, frame, clause.level, year=year)
    both = migrants.series.notna() & pupils.series.notna()
    found = []
    for place, rows in places_of(frame):
        kept = rows.index[both.loc[rows.index]]
        part, whole = float(migrants.series.loc[kept].sum()), float(pupils.series.loc[kept].sum())
        ratio = share(part, whole)
        zh, en = f"随迁子女 {ratio}（{migrants.zh}）", f"migrants' children: {ratio} ({migrants.en})"
        if left := len(rows) - len(kept):
            zh, en = f"{zh}；{left} 所未注明，未计入", f"{en}; {left} schools left out"
        value, state = (100 * part / whole, None) if whole > 0 else (None, State.NOT_APPLICABLE)
        children = (part, whole, whole - part)
        found.append(Reading(place, value, zh, en, state=state, year=migrants.year, children=children))
    return found


_OWNER = Need("schools", ("ownership", "inclusive"))

INDICATORS = (
    Indicator("schools_of_kind", "公办（普惠）学校数", "public or inclusive schools", "所", (_OWNER,), _schools_of_kind,
              ("of",)),
    Indicator("public_school_share", "公办学校数占比", "public share of the schools", "%",
              (Need("schools", ("ownership",)),), _public_school_share),
    Indicator(MIGRANTS, "随迁子女占比", "migrants' children among pupils", "%",
              (Need("schools", ("migrant_pupils", "enrolment")),
               Need("enrolment", ("school", "year", "migrant_pupils", "pupils")), need(MIGRANTS)), _migrant_share),
)  # fmt: skip
