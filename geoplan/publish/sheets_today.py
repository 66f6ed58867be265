"""The sheets about today: 现状, 覆盖, 缺口."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoplan.coverage import new_supply
from geoplan.demand import districts_of
from geoplan.plan import span_zh, vacant_years
from geoplan.publish.privacy_sites import gap_way_m, gap_xy, public_verdict, told_count
from geoplan.publish.privacy_tallies import gap_people, gap_pupils, public_tallies, public_tally
from geoplan.publish.sheets import (
    Column,
    Sheet,
    Value,
    area_words,
    district_label,
    every_view,
    id_words,
    known,
    metres,
    noun,
    position_columns,
    positions,
    stage_words,
    verdict_cells,
)
from geoplan.publish.stage_seats import seats_today
from geoplan.publish.wording import WAY_NAMES
from geoplan.types import Stage

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.coverage import Coverage, Gap
    from geoplan.plan import Plan, StagePlan, View
    from geoplan.publish.privacy_tallies import PublicTally

OWNERSHIP_ZH = {"public": "公办 / public", "private": "民办 / private"}
EVERYWHERE = "全部 / all"
OUTSIDE = "各片区以外 / outside all districts"


def nearest_within(coverage: Coverage) -> NDArray[np.float64]:
    """People within the radius for whom each school is the nearest, shape (schools,)."""
    covered = coverage.covered
    served = np.bincount(coverage.school[covered], coverage.demand.people[covered], minlength=len(coverage.supply))
    return np.asarray(served, dtype=float)


def schools_sheet(plan: Plan) -> Sheet:
    """现状: every school, with the people for whom it is the nearest within the radius."""
    columns, views = _school_columns(plan), every_view(plan)
    if plan.layers.schools is None:
        return Sheet("现状", columns, (), frozen=2)
    frame = plan.layers.schools.frame
    xy = shapely.get_coordinates(np.asarray(frame.geometry.array, dtype=object))
    located = located_schools(plan)
    seats = seats_today(plan)
    served = [dict(zip(view.before.supply.ids, nearest_within(view.before), strict=True)) for _, view in views]
    rows = tuple(
        (
            id_words(str(each), "schools"),
            str(frame["name"].iloc[row]),
            stage_words(frame["stages"].iloc[row]),
            OWNERSHIP_ZH.get(str(frame["ownership"].iloc[row]), "") if "ownership" in frame else "",
            known(float(frame["capacity"].iloc[row])) if "capacity" in frame else None,
            *(known(seats.of(str(each), stage)) for stage in seats.stages),
            district_label(plan, int(located[0][row])),
            area_words(str(located[1][row])),
            *position,
            *(
                told_count(plan, people.get(each), "school", stage.stage.value, view.travel.value, str(each))
                for (stage, view), people in zip(views, served, strict=True)
            ),
        )
        for row, (each, position) in enumerate(zip(frame.index, positions(plan, xy), strict=True))
    )
    return Sheet("现状", columns, rows, frozen=2)


def _school_columns(plan: Plan) -> tuple[Column, ...]:
    what = noun(plan)
    return (
        Column("编号", "id", width=16),
        Column("名称", "name", width=30),
        Column("学段", "stages", width=26),
        Column("办学性质", "ownership"),
        Column("登记学位", "seats as listed", "count", 10),
        *(Column(f"{each.zh}学位", f"{each.value} seats", "count", 10) for each in seats_today(plan).stages),
        Column("片区", "district", width=16),
        Column("城乡", "urban or rural", width=14),
        *position_columns(plan),
        *(
            Column(
                f"{stage_plan.stage.zh}·{view.travel.zh}：半径内就近{what[0]}",
                f"{stage_plan.stage.value}, {view.travel.value}: {what[1]} nearest, within radius",
                "count",
                20,
            )
            for stage_plan, view in every_view(plan)
        ),
    )


def located_schools(plan: Plan) -> tuple[NDArray[np.int64], NDArray[np.object_]]:
    """District index and area class of every school, whatever its stages.

    The district is the one that the balance counts its seats in; the area class is that of coverage.
    """
    schools = plan.layers.schools
    if schools is None:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=object)
    frame = schools.frame
    found = new_supply(
        plan.units,
        Stage.PRIMARY,  # any: it decides nothing here
        ids=frame.index.to_numpy(dtype=object),
        names=frame["name"].to_numpy(dtype=object),
        xy=shapely.get_coordinates(np.asarray(frame.geometry.array, dtype=object)),
        seats=np.full(len(frame), np.nan),
    )
    at = {key: row for row, key in enumerate(plan.units.district_ids)}
    district = np.array([at.get(key, -1) for key in districts_of(plan.layers, "schools")], dtype=np.int64)
    return district, found.area


def coverage_sheet(plan: Plan) -> Sheet:
    """覆盖: every stage by every travel mode, the whole project first, then each district, with its verdicts."""
    zh, en = noun(plan)
    columns = (
        Column("学段", "stage", width=20),
        Column("出行方式", "travel", width=20),
        Column("片区编号", "district id"),
        Column("片区", "district", width=22),
        Column(zh, en, "count"),
        Column(f"有半径标准的{zh}", f"{en} that a radius applies to", "count", 16),
        Column(f"半径内{zh}（现状）", f"{en} within the radius, today", "count", 16),
        Column("覆盖率（现状）", "share, today", "share"),
        Column(f"半径内{zh}（建议后）", f"{en} within the radius, proposed", "count", 16),
        Column("覆盖率（建议后）", "share, proposed", "share"),
        Column("学生", "pupils", "count"),
        Column("半径内学生（现状）", "pupils within the radius, today", "count", 16),
        Column("判定", "verdict", "lines", 20),
        Column("说明", "what was found", "lines", 52),
        Column("条文", "clause", "lines", 44),
        Column("出处", "source", "lines", 32),
    )
    rows = tuple(row for stage_plan, view in every_view(plan) for row in _view_rows(plan, stage_plan, view))
    return Sheet("覆盖", columns, rows, frozen=4)


def _view_rows(plan: Plan, stage_plan: StagePlan, view: View) -> list[tuple[Value, ...]]:
    demand = view.before.demand
    places = [("", EVERYWHERE, np.ones(len(demand), dtype=bool))]
    places += [
        (each, plan.units.district_names[row], demand.district == row)
        for row, each in enumerate(plan.units.district_ids)
    ]
    if plan.units.district_ids and (demand.district < 0).any():
        places.append(("-", OUTSIDE, demand.district < 0))
    head = (
        f"{stage_plan.stage.zh} / {stage_plan.stage.value}",
        f"{view.travel.zh} / {view.travel.value}",
    )
    before, after = (
        [public_tally(plan, whole), *public_tallies(plan, parts)]
        for whole, *parts in ([each.tally(where) for _, _, where in places] for each in (view.before, view.after))
    )
    return [
        (*head, *_place_row(plan, view, place, name, *tallies))
        for (place, name, _), *tallies in zip(places, before, after, strict=True)
    ]


def _place_row(
    plan: Plan, view: View, place: str, name: str, before: PublicTally, after: PublicTally
) -> tuple[Value, ...]:
    verdicts = [public_verdict(plan, view, verdict) for verdict in view.verdicts if verdict.place == place]
    return (
        place,
        name,
        before.people,
        before.assessed,
        before.covered,
        before.share,
        after.covered,
        after.share,
        before.pupils,
        before.pupils_covered,
        *verdict_cells(plan, verdicts, [f"{verdict.area.zh}：" for verdict in verdicts]),
    )


def gaps_sheet(plan: Plan) -> Sheet:
    """缺口: every place with people beyond the radius, and the proposed sites that reach into it.

    Places that closings make such follow those of today; their people are those without the proposed sites.
    """
    zh, en = noun(plan)
    columns = (
        Column("缺口", "gap", width=10),
        Column("学段", "stage", width=20),
        Column("出行方式", "travel", width=20),
        Column("片区", "district", width=18),
        Column(zh, en, "count"),
        Column("学生", "pupils", "count"),
        Column("因撤并学校", "made by the closing of", width=24),
        Column("起始年份", "since", "plain", 10),
        Column("空白年份", "years before a site takes over", width=16),
        Column("最近学校编号", "nearest school", width=16),
        Column("最近学校", "its name", width=30),
        Column(f"{WAY_NAMES[en][0]}（米）", f"{WAY_NAMES[en][1]} (m)", "metres", 22),
        *position_columns(plan),
        Column("涉及的建议新校", "proposed sites that reach it", width=22),
    )
    rows: list[tuple[Value, ...]] = []
    for stage_plan, view in every_view(plan):
        where = positions(plan, np.array([gap_xy(plan, gap) for gap in view.all_gaps], dtype=float).reshape(-1, 2))
        rows += [
            _gap_row(plan, stage_plan, view, gap, position) for gap, position in zip(view.all_gaps, where, strict=True)
        ]
    return Sheet("缺口", columns, tuple(rows))


def _gap_row(
    plan: Plan, stage_plan: StagePlan, view: View, gap: Gap, position: tuple[float, float]
) -> tuple[Value, ...]:
    # gap ids are those of the view that sites were chosen by
    sites = stage_plan.proposal.sites if view.travel is stage_plan.proposal.travel else ()
    way, vacant = gap_way_m(plan, gap), vacant_years(view, gap)
    return (
        gap.id,
        f"{gap.stage.zh} / {gap.stage.value}",
        f"{gap.travel.zh} / {gap.travel.value}",
        district_label(plan, gap.district),
        gap_people(plan, gap),
        gap_pupils(plan, gap),
        "、".join(id_words(each, "schools") for each in gap.closings),
        gap.since,
        "" if vacant is None else span_zh(*vacant[:2]),
        id_words(gap.school, "schools"),
        gap.school_name,
        None if np.isnan(way) else metres(way),
        *position,
        "、".join(id_words(site.id, "sites") for site in sites if gap.id in site.gaps),
    )
