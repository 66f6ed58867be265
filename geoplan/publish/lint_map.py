"""What must be on a published map besides its figures: review number, notice, date, author, sources."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from geoplan.coverage import closing_schools
from geoplan.demand.seats.project_offers import ENDING
from geoplan.rules.notice import CLOSURE, MATTERS, PLAN
from geoplan.types import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from geoplan.config import ProjectConfig
    from geoplan.publish.mapfile import MapFile, Notice
    from geoplan.rules import RuleBook
    from geoplan.rules.notice import NoticePeriod
    from geoplan.types import Layers

_PLACEHOLDER = re.compile(r"…|\.{3}|[XxＸ×]{2}|待定|待填|TODO")
_MAP_LAW = "地图审核管理规定: a public map with boundaries of administrative areas needs a review number."


def lint_map(map_file: MapFile, config: ProjectConfig, layers: Layers, book: RuleBook) -> Iterator[Finding]:
    """What the map file and project.toml leave out."""
    file = f"maps/{map_file.name}.toml"
    if map_file.boundaries and layers.districts is not None and not map_file.approval_number.strip():
        yield _error(
            "no-approval-number",
            "边界已显示而没有审图号 / boundaries are shown and map.approval_number is empty.",
            why=_MAP_LAW,
            fix='Write the number that the review gave: approval_number = "…", or boundaries = false under [map].',
            file=file,
        )
    yield from _lint_notice(map_file, periods(layers, book), file)
    if not map_file.sources:
        yield _error(
            "no-source",
            "没有数据来源 / map.sources is empty.",
            why="Readers must be able to judge what the figures rest on.",
            fix='Name them under [map]: sources = ["教育事业统计（2025年）", "…"].',
            file=file,
        )
    for key, zh in (("data_date", "数据日期"), ("author", "编制单位")):
        if not getattr(config, key).strip():
            yield _error(
                f"no-{key.replace('_', '-')}",
                f"没有{zh} / project.{key} is empty.",
                why="A published figure without date and author cannot be checked or answered for.",
                fix=f'Write {key} = "…" under [project].',
                file="project.toml",
            )


def periods(layers: Layers, book: RuleBook) -> tuple[NoticePeriod, ...]:
    """The shortest notices that this plan must keep: that of a draft plan, and of closings where it has any."""
    matters = (PLAN, CLOSURE) if _closes(layers) else (PLAN,)
    found = (book.notice_period(matter) for matter in matters)
    return tuple(period for period in found if period is not None)


def _closes(layers: Layers) -> bool:
    """True where a school closes: by its own year in the schools layer, or by a project, of a known school or not."""
    if closing_schools(layers):
        return True
    projects = [] if layers.projects is None else layers.projects.frame.to_dict("records")
    return any(each.get("action") in ENDING and each.get("status") != "cancelled" for each in projects)


def _lint_notice(map_file: MapFile, needed: Sequence[NoticePeriod], file: str) -> Iterator[Finding]:
    notice = map_file.notice
    if notice is None:
        yield _error(
            "no-notice",
            "没有公示时间和意见渠道 / there is no [notice].",
            why="; ".join(_cited(period) for period in needed) or "Readers must know when and how to answer.",
            fix='Add [notice] with from = "2026-12-01", to = "2027-01-05", channels = ["…"].',
            file=file,
        )
        return
    for period in needed:
        yield from _too_short(notice, period, file)
    yield from _unfinished(notice, file)
    if not notice.channels:
        yield _error(
            "no-channels",
            "没有意见反馈方式 / notice.channels is empty.",
            why="A notice without a way to answer is none.",
            fix='Add channels = ["邮寄：…", "电话：…（办公）", "…"] under [notice].',
            file=file,
        )


def _unfinished(notice: Notice, file: str) -> Iterator[Finding]:
    """Channels that still hold a placeholder: nobody can answer there."""
    for channel in notice.channels:
        if found := _PLACEHOLDER.search(channel):
            yield _error(
                "placeholder",
                f"意见反馈方式“{channel}”尚未填写 / notice.channels holds the placeholder {found.group()!r}.",
                why="Readers would be told to write to an address or call a number that does not exist.",
                fix="Write the address or the number of the office, or take the line out.",
                file=file,
            )


def _too_short(notice: Notice, period: NoticePeriod, file: str) -> Iterator[Finding]:
    earliest = period.earliest_end(notice.start)
    if notice.end < earliest:
        yield _error(
            "notice-too-short",
            f"公示期 {notice.start} 至 {notice.end} 共 {notice.days} 日，少于{MATTERS[period.matter][0]}要求的 "
            f"{period.length[0]} / notice of {notice.days} days; {MATTERS[period.matter][1]} needs {period.length[1]}.",
            why=_cited(period),
            fix=f'Set to = "{earliest}" or later under [notice].',
            file=file,
        )


def _cited(period: NoticePeriod) -> str:
    return f"“{period.clause}” ({period.citation}; evidence: {period.evidence}; profile {period.profile})"


def _error(code: str, what: str, *, why: str, fix: str, file: str) -> Finding:
    return Finding(Severity.ERROR, code, what, why=why, fix=fix, file=file)
