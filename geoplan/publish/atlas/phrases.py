"""Figures and notes as a sheet says them: published counts, shares that give nothing away, clauses, sources."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

from geoplan.config import PROJECT_FILE
from geoplan.publish.mapfile import notice_words
from geoplan.publish.privacy import counted, open_share
from geoplan.publish.sheets import noun
from geoplan.publish.wording import notices
from geoplan.rules.profile import EVIDENCE
from geoplan.units import percent

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from geoplan.coverage import Radius, Tally
    from geoplan.plan import Plan, View
    from geoplan.publish.atlas.sheet import Folio
    from geoplan.publish.privacy import Count


def figure(value: Count) -> str:
    """A published count: with separators, as it was suppressed, or — where it is unknown."""
    if value is None:
        return "—"
    return value if isinstance(value, str) else f"{round(value):,}"


def people(plan: Plan, value: float | None) -> str:
    """A count of the population layer, as it may be published."""
    return figure(counted(plan, value))


def share(plan: Plan, tally: Tally) -> str:
    """Share within the radius; — where it would give a hidden count away, or nobody is assessed."""
    if open_share(plan, tally.covered, tally.assessed) is None:
        return "—"
    return percent(tally.covered, tally.assessed)


def open_percent(value: float | None) -> str:
    """A share that may be told, or —."""
    return "—" if value is None else percent(value, 1.0)


def seats(values: NDArray[np.float64]) -> str:
    """Known seats together, with + where some schools do not tell theirs."""
    known = values[values == values]  # noqa: PLR0124  not a number
    if not len(known):
        return "—"
    return f"{known.sum():,.0f}" + ("+" if len(known) < len(values) else "")


def view_key(view: View, *, is_after: bool = False) -> str:
    """What the ids of a view's figures begin with."""
    return f"{view.before.stage.value}.{view.travel.value}.{'after' if is_after else 'before'}"


def coverage_figures(folio: Folio, view: View, *, is_after: bool) -> list[tuple[str, str]]:
    """Who is within the radius."""
    key, word = view_key(view, is_after=is_after), noun(folio.plan)[0]
    rows: list[tuple[str, str]] = [
        ("学校", folio.word(f"{key}.schools", " 所")),
        (f"参加评估的{word}", folio.word(f"{key}.assessed")),
        (f"服务半径内{word}", folio.word(f"{key}.covered")),
        (f"服务半径外{word}", folio.word(f"{key}.uncovered")),
        ("覆盖率", folio.word(f"{key}.share")),
    ]
    if is_after:
        rows.append(("规划前覆盖率", folio.word(f"{view_key(view)}.share")))
    return rows


def radius_notes(view: View) -> list[str]:
    """The clause behind each radius in force; one clause for town and country is said once."""
    said: dict[str, list[str]] = {}
    for radius in view.before.radii:
        said.setdefault(_clause(radius), []).append(radius.area.zh)
    return [f"服务半径（{'、'.join(areas)}）：{clause}" for clause, areas in said.items()]


def _clause(radius: Radius) -> str:
    rule = radius.rule
    if rule is None or rule.high is None:
        return "没有条文，不参加半径评估。"
    source = f"《{rule.source_title}》{rule.citation}" if rule.source_title else rule.citation
    return f"{rule.high:,.0f} 米，“{rule.clause}”（{source}；{EVIDENCE[rule.evidence][0]}；规则库 {rule.profile}）。"


def common_notes(folio: Folio) -> list[str]:
    """What stands on every sheet: the public notice first, sources, and every notice that the project must carry."""
    plan = folio.plan
    files = [name for name in plan.provenance.inputs if name != PROJECT_FILE]
    first = [
        *(zh for zh, _ in notice_words(folio.map_file)),
        *plan.config.notices,
        f"资料来源：{'、'.join(files)}；geoplan {version('geoplan')} 计算并绘制。",
    ]
    others = [each["zh"] or each["en"] for each in notices(plan, folio.map_file)]
    found = [*first, *(line for line in others if line not in first and not line.startswith("规划没有给出"))]
    # where there is too little room, those who read Chinese read on
    return sorted(found, key=str.isascii)


def general_notes(folio: Folio) -> list[tuple[str, list[str]]]:
    """Headings and notes of the sheet of general notes."""
    radii = [
        f"{stage.stage.zh}{line}" for stage in folio.plan.stages for line in dict.fromkeys(radius_notes(stage.basis))
    ]
    zones = [f"{book.found.stage.zh}学区：{zh}" for book in folio.zones for zh, _ in (*book.headline, *book.certainty)]
    assumed = [zh for zh, _ in folio.middle.assumptions] if folio.forecasts else []
    given = (("通用说明", common_notes(folio)), ("服务半径", radii), ("预测的假定", assumed), ("学区", zones))
    kept = [each for each in (*given, ("怎样读图", _READING)) if each[1]]
    return [(f"{mark}、{title}", lines) for mark, (title, lines) in zip("一二三四五", kept, strict=False)]


_READING = [
    "比例尺按 A3 幅面标注；缩放打印时以图上的线段比例尺为准。图形简化到纸上 0.1 毫米。",
    "圆圈内的编号为规划新建学校，与各表的编号一致；校名在图上注不下的学校只注编号，校名见同一张图的或其后的“校名索引”。",
    (
        "G1、G2…… 为服务空白（缺口），现状缺口按人数由多到少编号，撤并形成的接续编号；"
        "分图则中编号前的字为学段：幼、小、初、高。"
    ),
    "表格放不下的行，在表下写明还有多少行、在哪里查。",
    "“—”为没有数据或不公布。",
]
