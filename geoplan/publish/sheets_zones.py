"""The workbook of zones: 学校, 调整, 单元, 均衡, 说明."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoplan.plan.zone_rows import balance_rows
from geoplan.plan.zone_today import SOURCES
from geoplan.publish.privacy import AT_LEAST, HIDDEN
from geoplan.publish.privacy import suppressed_words as words_of
from geoplan.publish.sheets import Column, Sheet, Value
from geoplan.publish.wording import PREPARED_BY
from geoplan.publish.zones_privacy import WITHHELD

if TYPE_CHECKING:
    from geoplan.publish.zones_public import ZoneBook

_SEVERITY_ZH = {"error": "错误", "warning": "注意", "note": "说明"}


def zone_sheets(book: ZoneBook) -> tuple[Sheet, ...]:
    """The sheets in the order in which they stand in the workbook."""
    found = [schools_sheet(book), changes_sheet(book), units_sheet(book)]
    if book.found.balance is not None:
        found.append(balance_sheet(book))
    return (*found, notes_sheet(book))


def schools_sheet(book: ZoneBook) -> Sheet:
    """学校: every zone before and after."""
    columns = (
        Column("学区", "zone", width=16),
        Column("学校", "school", width=30),
        Column("状态", "state", width=18),
        Column("学位", "seats", "count", 10),
        Column("单元数（现状）", "units today", "count", 12),
        Column("单元数（建议）", "units proposed", "count", 12),
        Column("学生（现状）", "pupils today", "count", 12),
        Column("学生（建议）", "pupils proposed", "count", 12),
        Column("学位使用率（现状）", "load today", "share", 12),
        Column("学位使用率（建议）", "load proposed", "share", 12),
        Column("平均路程（现状，米）", "mean way today (m)", "metres", 14),
        Column("平均路程（建议，米）", "mean way proposed (m)", "metres", 14),
        Column("最远路程（现状，米）", "longest way today (m)", "metres", 14),
        Column("最远路程（建议，米）", "longest way proposed (m)", "metres", 14),
        Column("调入学生", "pupils moved in", "count", 12),
        Column("调出学生", "pupils moved out", "count", 12),
    )
    rows: tuple[tuple[Value, ...], ...] = tuple(
        (
            zone.id, zone.name,
            "新开办 / new" if zone.is_new else "撤并 / closed" if zone.is_closed else "保留 / kept",
            zone.seats, zone.units_before, zone.units_after, zone.before, zone.after, zone.load_before,
            zone.load_after, zone.mean_before, zone.mean_after, zone.longest_before, zone.longest_after,
            zone.moved_in, zone.moved_out,
        )
        for zone in book.zones
    )  # fmt: skip
    return Sheet("学校", columns, rows, frozen=2)


def changes_sheet(book: ZoneBook) -> Sheet:
    """调整: every unit whose school changes, with the reasons."""
    columns = (
        Column("单元编号", "unit", width=16),
        Column("单元", "name", width=26),
        Column("现学校编号", "from", width=16),
        Column("现学校", "from school", width=28),
        Column("新学校编号", "to", width=16),
        Column("新学校", "to school", width=28),
        Column("学生", "pupils", "count", 10),
        Column("现路程（米）", "way today (m)", "metres", 12),
        Column("新路程（米）", "way proposed (m)", "metres", 12),
        Column("理由", "why (Chinese)", "lines", 60),
        Column("理由（英文）", "why", "lines", 60),
    )
    name = book.found.zone_name
    rows: tuple[tuple[Value, ...], ...] = tuple(
        (
            each.unit, each.name, each.was, name(each.was), each.becomes, name(each.becomes), each.pupils,
            each.way_was, each.way_becomes, "\n".join(zh for zh, _ in each.why), "\n".join(en for _, en in each.why),
        )
        for each in book.changes
    )  # fmt: skip
    return Sheet("调整", columns, rows, frozen=2)


def units_sheet(book: ZoneBook) -> Sheet:
    """单元: every unit with its school today and as proposed."""
    found = book.found
    columns = (
        Column("单元编号", "unit", width=16),
        Column("单元", "name", width=26),
        Column("学生", "pupils", "count", 10),
        Column("现学校编号", "school today", width=16),
        Column("现学校", "its name", width=28),
        Column("建议学校编号", "school proposed", width=16),
        Column("建议学校", "its name (proposed)", width=28),
        Column("现路程（米）", "way today (m)", "metres", 12),
        Column("建议路程（米）", "way proposed (m)", "metres", 12),
        Column("是否调整", "changes", width=12),
    )
    moved = {each.unit for each in book.changes}
    rows: list[tuple[Value, ...]] = []
    for each, name in zip(found.ground.ids, found.ground.names, strict=True):
        was, becomes = found.before.get(each, ""), found.after.get(each, "")
        ways = [_known(found.way(each, zone)) if zone else None for zone in (was, becomes)]
        names = [found.zone_name(zone) if zone else "" for zone in (was, becomes)]
        changes = "是 / yes" if each in moved else ""
        rows.append((each, name, book.hidden.unit(each), was, names[0], becomes, names[1], *ways, changes))
    return Sheet("单元", columns, tuple(rows), frozen=2)


def _known(value: float) -> float | None:
    return value if np.isfinite(value) else None


def balance_sheet(book: ZoneBook) -> Sheet:
    """均衡: what each step towards even schools costs."""
    columns = (
        Column("限值", "limit", "plain", 14),
        Column("最高学位使用率", "largest load", "share", 14),
        Column("最远路程（米）", "longest way (m)", "metres", 14),
        Column("目标值", "objective", "count", 18),
        Column("增加的代价", "price", "count", 18),
        Column("求解状态", "status", width=16),
    )
    steps = balance_rows(book.found.balance) if book.found.balance is not None else []
    keys = ("limit", "largest_load", "longest_m", "objective", "price", "status")
    return Sheet("均衡", columns, tuple(tuple(step[key] for key in keys) for step in steps))


def notes_sheet(book: ZoneBook) -> Sheet:
    """说明: notices, what was asked, the solver's report, findings and versions."""
    columns = (Column("项目", "item", width=34), Column("内容", "content", "lines", 130))
    config = book.config
    zh, en = SOURCES[book.found.today.source]
    rows: list[tuple[str, str]] = [("提示 / notice", notice) for notice in config.notices]
    rows += [("结论 / result", f"{one}\n{other}") for one, other in (*book.headline, *book.certainty)]
    rows += [("要求 / asked", f"{one}\n{other}") for one, other in book.asked]
    rows += [
        ("项目 / project", book.title),
        ("数据日期 / data date", config.data_date or "未注明 / not given"),
        (" / ".join(PREPARED_BY), config.author),
        ("对照 / compared with", f"{zh} / {en}"),
        ("距离算法 / ways", f"{book.found.travel.zh} / {book.found.travel.value}"),
        ("求解 / solver", _solver(book)),
        (
            "学生数的保密 / suppression",
            (
                f"1-9名写作“{HIDDEN}”；为防推算而隐去的写作“{AT_LEAST}”或“{WITHHELD}”。 / 1 to 9 pupils are written "
                f"{HIDDEN}; {AT_LEAST} and {WITHHELD} stand for counts from which such a number could be had."
            ),
        ),
    ]  # fmt: skip
    rows += [
        (f"{_SEVERITY_ZH[each.severity.value]} / {each.severity.value}: {each.code}", words_of(str(each)))
        for each in book.findings
    ]
    rows += [(f"软件版本 / version: {name}", text) for name, text in sorted(book.provenance.versions.items())]
    return Sheet("说明", columns, tuple(row for row in rows if row[1]))


def _solver(book: ZoneBook) -> str:
    plan = book.found.shown or book.found.plan
    parts = [
        f"状态 status {plan.status.value}",
        f"目标 objective {_figure(plan.objective)}",
        f"界 bound {_figure(plan.bound)}",
        f"差距 gap {'-' if plan.gap is None or not np.isfinite(plan.gap) else f'{plan.gap:.4%}'}",
        f"时限 time limit {book.found.wish.time_limit_s:g} s",
        f"种子 seed {plan.seed}",
    ]
    return "; ".join(parts)


def _figure(value: float | None) -> str:
    return "-" if value is None or not np.isfinite(value) else f"{value:,.0f}"
