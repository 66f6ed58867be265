"""What must be on a published map besides its figures: review number, notice, date, author, sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoplan.coverage import closing_schools
from geoplan.demand.seats.project_offers import ENDING
from geoplan.rules.notice import CLOSURE, MATTERS, PLAN
from geoplan.types import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geoplan.plan import Plan
    from geoplan.publish.edition import Edition
    from geoplan.publish.mapfile import MapFile, Notice
    from geoplan.rules.notice import NoticePeriod

_MAP_LAW = "地图审核管理规定: a public map with boundaries of administrative areas needs a review number."


def lint_map(edition: Edition) -> Iterator[Finding]:
    """What the map file and project.toml leave out."""
    plan, map_file = edition.plan, edition.map_file
    file = f"maps/{map_file.name}.toml"
    if map_file.boundaries and plan.layers.districts is not None and not map_file.approval_number.strip():
        yield _error(
            "no-approval-number",
            "边界已显示而没有审图号 / boundaries are shown and map.approval_number is empty.",
            why=_MAP_LAW,
            fix='Write the number that the review gave: approval_number = "…", or boundaries = false under [map].',
            file=file,
        )
    yield from _lint_notice(plan, map_file, file)
    if not map_file.sources:
        yield _error(
            "no-source",
            "没有数据来源 / map.sources is empty.",
            why="Readers must be able to judge what the figures rest on.",
            fix='Name them under [map]: sources = ["教育事业统计（2025年）", "…"].',
            file=file,
        )
    for key, zh in (("data_date", "数据日期"), ("author", "编制单位")):
        if not getattr(plan.config, key).strip():
            yield _error(
                f"no-{key.replace('_', '-')}",
                f"没有{zh} / project.{key} is empty.",
                why="A published figure without date and author cannot be checked or answered for.",
                fix=f'Write {key} = "…" under [project].',
                file="project.toml",
            )


def periods(plan: Plan) -> tuple[NoticePeriod, ...]:
    """The shortest notices that this plan must keep: that of a draft plan, and of closings where it has any."""
    matters = (PLAN, CLOSURE) if _closes(plan) else (PLAN,)
    found = (plan.book.notice_period(matter) for matter in matters)
    return tuple(period for period in found if period is not None)


def _closes(plan: Plan) -> bool:
    """True where a school closes: by its own year in the schools layer, or by a project, of a known school or not."""
    if closing_schools(plan.layers):
        return True
    projects = [] if plan.layers.projects is None else plan.layers.projects.frame.to_dict("records")
    return any(each.get("action") in ENDING and each.get("status") != "cancelled" for each in projects)


def _lint_notice(plan: Plan, map_file: MapFile, file: str) -> Iterator[Finding]:
    notice = map_file.notice
    if notice is None:
        yield _error(
            "no-notice",
            "没有公示时间和意见渠道 / there is no [notice].",
            why="; ".join(_cited(period) for period in periods(plan)) or "Readers must know when and how to answer.",
            fix='Add [notice] with from = "2026-12-01", to = "2027-01-05", channels = ["…"].',
            file=file,
        )
        return
    for period in periods(plan):
        yield from _too_short(notice, period, file)
    if not notice.channels:
        yield _error(
            "no-channels",
            "没有意见反馈方式 / notice.channels is empty.",
            why="A notice without a way to answer is none.",
            fix='Add channels = ["邮寄：…", "电话：…（办公）", "…"] under [notice].',
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
