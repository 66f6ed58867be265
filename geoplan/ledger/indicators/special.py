"""Special and vocational schools, resource centres and rooms."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from geoplan.demand import AGES
from geoplan.ledger.indicators.counting import counted, ids_of
from geoplan.ledger.people import people_of_counties
from geoplan.ledger.reading import WHOLE, Indicator, Need, Reading
from geoplan.ledger.schools import offering, places_of
from geoplan.ledger.words import figure
from geoplan.ledger.world import NoDataError
from geoplan.rules import Level, State
from geoplan.types import Stage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geoplan.ledger.world import World
    from geoplan.rules import Clause


def _of_branch(world: World, clause: Clause) -> Sequence[Reading]:
    level = Level(str(clause.options["branch"]))
    return counted(world, clause, offering(world, level), level.zh + "学校", f"{level.value} schools")


def _special_by_population(world: World, clause: Clause) -> Sequence[Reading]:
    """A special school in every county of more people than `people_over`; smaller ones are not spoken of."""
    over = float(clause.options["people_over"])
    people = people_of_counties(world)
    frame = offering(world, Level.SPECIAL)
    required = [place for place, number in people.items() if number > over]
    readings = counted(world, clause, frame, "特殊教育学校", "special schools", places=required)
    found = []
    for reading in readings:
        number = people.get(reading.place)
        if number is None:
            continue
        beyond, which = ("以上", "over") if number > over else ("及以下", "not over")
        zh = f"{figure(number)} 人（{figure(over)} 人{beyond}）；{reading.zh}"
        en = f"{figure(number)} people ({which} {figure(over)}); {reading.en}"
        found.append(replace(reading, zh=zh, en=en))
    return found


def _resource_centres(world: World, clause: Clause) -> Sequence[Reading]:
    frame = world.table("schools", "resource_centre").assign(county=world.county_of("schools"))
    rows = frame.loc[frame["resource_centre"] == True]  # noqa: E712  None is no answer
    return counted(world, clause, rows, "特教资源中心", "resource centres")


def _resource_rooms(world: World, clause: Clause) -> Sequence[Reading]:
    """Schools of at least `pupils_from` included pupils have a resource room; the value counts those without."""
    frame = world.table("schools", "included_pupils", "resource_room").assign(county=world.county_of("schools"))
    least = float(clause.options.get("pupils_from", 5))
    bound = frame.loc[frame["included_pupils"] >= least]
    found = []
    for place, rows in places_of(bound):
        lacking = rows.loc[rows["resource_room"] != True]  # noqa: E712  a blank is no room
        zh = f"随班就读 {figure(least)} 人及以上的学校 {len(rows)} 所，有资源教室 {len(rows) - len(lacking)} 所"
        en = f"{len(rows)} schools with {figure(least)} or more included pupils, {len(lacking)} without resource room"
        state = State.NOT_APPLICABLE if rows.empty else State.NOT_MET if len(lacking) else State.MET
        found.append(
            Reading(place, float(len(lacking)), zh, en, rows=ids_of(lacking), count=len(lacking), state=state,
                    short=float(len(lacking)) or None, short_unit="间")
        )  # fmt: skip
    return found


def _special_span(world: World, clause: Clause) -> Sequence[Reading]:
    del clause
    frame = offering(world, Level.SPECIAL)
    offered = {stage for stages in frame["stages"] for stage in stages}
    if not offered:
        raise NoDataError("schools", "branch=special", "stages")
    stages = [stage for stage in Stage if stage in offered]
    years = sum(len(AGES[stage]) for stage in stages)
    zh = f"特殊教育学校开设：{'、'.join(stage.zh for stage in stages)}，共 {years} 年"
    return [Reading(WHOLE, float(years), zh, f"special schools offer {', '.join(stages)}: {years} years")]


_BRANCH = Need("schools", ("branch",))

INDICATORS = (
    Indicator("schools_of_branch", "特殊（职业）学校数", "special or vocational schools of each county", "所",
              (_BRANCH, Need("districts", ("name",))), _of_branch, ("branch",)),
    Indicator("special_by_population", "大县特殊教育学校数", "special schools of large counties", "所",
              (_BRANCH, Need("districts", ("name", "people"))), _special_by_population, ("people_over",)),
    Indicator("resource_centres", "特教资源中心数", "resource centres of each county", "处",
              (Need("schools", ("resource_centre",)), Need("districts", ("name",))), _resource_centres),
    Indicator("resource_rooms", "缺资源教室学校数", "schools without the resource room they need", "所",
              (Need("schools", ("included_pupils", "resource_room")),), _resource_rooms, ("pupils_from",)),
    Indicator("special_stage_span", "特殊教育年限", "years that special schools offer", "年",
              (Need("schools", ("branch=special", "stages")),), _special_span),
)  # fmt: skip
