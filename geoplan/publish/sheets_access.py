"""The sheet of access and equity: 可及性."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoplan.publish.privacy import suppressed
from geoplan.publish.privacy_access import public_reaches
from geoplan.publish.report import ReportTable
from geoplan.publish.sheets import Column, Sheet
from geoplan.publish.sheets_pupils import WHOLE_ZH
from geoplan.publish.wording import SEATS_EACH, WAY_NAMES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geoplan.coverage import AccessReport, SeatShare
    from geoplan.coverage.reach import Reach
    from geoplan.plan import PupilPlan
    from geoplan.publish.sheets import Value


def access_table(plan: PupilPlan) -> list[ReportTable]:
    """可及性与公平: by stage, for the whole area, town and country, and each district."""
    if not plan.access:
        return []
    (way, way_en), (seats, seats_en) = (each[_counts(plan)] for each in (WAY_NAMES, SEATS_EACH))
    columns = (
        Column("学段", "stage", "words", 18), Column("范围", "where", width=18), Column("计数", "counts", width=10),
        Column("人数", "heads", "count", 11), Column("半径内占比", "share within the limit", "share", 12),
        Column(f"{way}（米）", f"{way_en}, m", "count", 15), Column("中位（米）", "median, m", "count", 11),
        Column("95%分位（米）", "95th percentile, m", "count", 13), Column("无校可达", "out of reach", "count", 10),
        Column(seats, seats_en, "decimal", 15),
        Column("不足1个占比", "share below one seat", "share", 12), Column("基尼系数", "Gini", "decimal", 10),
    )  # fmt: skip
    rows = tuple(row for report in plan.access for row in _access_rows(report))
    note = (
        "距离按到最近学校计；可及学位为两步移动搜索法（2SFCA），只计公办学位。基尼系数0为人人相同。",
        "Distances to the nearest school; seats in reach by two-step floating catchment, public seats only.",
    )
    return [
        ReportTable(Sheet("可及性", columns, rows, frozen=2), ("可及性与公平", "Access and equity"), note, filters=(0,))
    ]


def _counts(plan: PupilPlan) -> str:
    """Whom the means are weighted by; the column 计数 says it row by row where stages differ."""
    return "pupils" if any(report.counts == "pupils" for report in plan.access) else "people"


def _access_rows(report: AccessReport) -> list[tuple[Value, ...]]:
    stage = report.coverage.stage
    rows: list[tuple[Value, ...]] = []
    heads = "学生" if report.counts == "pupils" else "人口"
    for reach, count, is_told in public_reaches(report):
        where = (f"{stage.zh} / {stage.value}", reach.name or WHOLE_ZH, heads)
        rows.append((*where, count, *(_told(reach) if is_told else (None,) * 8)))
    return rows


def _told(reach: Reach) -> tuple[Value, ...]:
    percentiles: Sequence[float | None] = reach.percentiles_m or (None,) * 4
    return (
        reach.share_within, _metres(reach.mean_m), _metres(percentiles[0]), _metres(percentiles[-1]),
        suppressed(reach.unreachable), *_seat_cells(reach.seats),
    )  # fmt: skip


def _seat_cells(seats: SeatShare | None) -> tuple[float | None, float | None, float | None]:
    if seats is None:
        return None, None, None
    return round(seats.mean, 3), seats.share_below_one, round(seats.gini, 3)


def _metres(value: float | None) -> int | None:
    return None if value is None or not np.isfinite(value) else round(value)
