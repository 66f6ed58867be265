"""Sentences on the page, Chinese first: notices, rules, verdicts, footer."""

from __future__ import annotations

import re
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from geoplan.publish.mapfile import notice_words
from geoplan.publish.privacy import words
from geoplan.publish.privacy_sites import public_verdict
from geoplan.rules.profile import EVIDENCE, SERVICE_RADIUS
from geoplan.types import Area
from geoplan.units import PEOPLE_PER_WAN, percent

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geoplan.demand import Units
    from geoplan.plan import Plan
    from geoplan.publish.mapfile import MapFile
    from geoplan.rules import Rule, Verdict

PREPARED_BY = ("编制单位", "prepared by")
"""How every output calls `author` of project.toml."""

WAY_NAMES = {
    "pupils": ("学生平均到校距离", "pupils' mean way to the nearest school"),
    "people": ("人口平均到校距离", "people's mean way to the nearest school"),
}
"""The mean way to the nearest school by whom it is weighted by: two figures, so two names. A zone's is another one."""

SEATS_EACH = {
    "pupils": ("生均可及公办学位", "public seats in reach per pupil"),
    "people": ("人均可及公办学位", "public seats in reach per person"),
}
"""Seats in reach (2SFCA) by whom they are shared by."""

_HAN = re.compile("[\u3400-\u9fff]")
_QUANTITY = {
    "service_radius": ("服务半径", "Service radius"),
    "population_per_school": ("每校服务人口", "People for each school"),
    "population_per_public_school": ("每所公办学校服务人口", "People for each public school"),
}
_AREA_EN = {"urban": "Urban", "rural": "Rural", "all": "Urban and rural"}
_SPREAD_BY = {"length": ("道路长度", "length"), "area": ("面积", "area"), "count": ("要素个数", "count")}


def notices(plan: Plan, map_file: MapFile) -> list[dict[str, str]]:
    """Sentences at the head of the page: the project's own, the map's, the profiles', and estimates that matter."""
    found = [*own_notices(plan.config.notices), *_estimates(plan), *map_notices(map_file)]
    told = plan.book.profile.notices_for(plan.config.stages)
    found += [{"zh": told[0], "en": told[1]}] if told else []
    found += _radius_sources(plan)
    return list({(each["zh"], each["en"]): each for each in found}.values())


def map_notices(map_file: MapFile) -> list[dict[str, str]]:
    """Sentences that the map's file gives: public notice, sources, its own."""
    return [{"zh": zh, "en": en} for zh, en in (*notice_words(map_file), *map_file.notices)]


def has_han(text: str) -> bool:
    """True where a text has a Chinese character."""
    return bool(_HAN.search(text))


def own_notices(texts: Iterable[str]) -> list[dict[str, str]]:
    """The project's own sentences; one without a Chinese character is the English of the Chinese one before it."""
    found: list[dict[str, str]] = []
    for text in texts:
        if found and not has_han(text) and has_han(found[-1]["zh"]) and not found[-1]["en"]:
            found[-1]["en"] = text
        else:
            found.append({"zh": text, "en": ""})
    return found


def _estimates(plan: Plan) -> list[dict[str, str]]:
    """What is estimated rather than counted, and must be said at the head of the page."""
    found = []
    spread = plan.config.layers["population"].spread
    if spread is not None:
        zh, en = _SPREAD_BY.get(spread.by, (spread.by, spread.by))
        clip_zh = "；部分在范围内的区县按面积比例折算" if spread.clip_to_carriers else ""
        clip_en = "; districts partly inside are scaled by area" if spread.clip_to_carriers else ""
        doubt_zh, doubt_en = _doubt(plan.units)
        found.append(
            {
                "zh": f"人口分布为估计：区县总人口按{zh}分摊到 {len(plan.units):,} 处{clip_zh}。{doubt_zh}",
                "en": f"Where people live is estimated: district totals spread over {len(plan.units):,} places by "
                f"{en}{clip_en}.{doubt_en}",
            }
        )
    if plan.layers.sites is None:
        found.append(
            {
                "zh": "没有备选用地图层：新校候选点由程序在有人居住处生成，未经用地核实。",
                "en": "No layer of sites: candidates were generated at populated points; nobody has checked the land.",
            }
        )
    return found


def _doubt(units: Units) -> tuple[str, str]:
    if units.uncertainty is None:
        return "", ""
    names = [str(name or key) for name, key in zip(units.names, units.ids, strict=True)]
    zh, en = units.uncertainty.sentences(units.people, names)
    return zh, f" {en}"


def _lent_radii(plan: Plan) -> list[tuple[Any, Rule]]:
    own = plan.book.profile.id
    return [
        (stage, radius.rule)
        for stage in plan.stages
        for radius in stage.views[0].before.radii
        if radius.rule is not None and radius.rule.profile != own
    ]


def _radius_sources(plan: Plan) -> list[dict[str, str]]:
    """One sentence on every radius that comes from another profile than the plan's own."""
    lent = _lent_radii(plan)
    if not lent:
        return []
    zh = "；".join(
        f"{_where(rule)}{stage.stage.zh} {rule.high:,.0f} 米"
        f"（{rule.profile}：{rule.citation}，{EVIDENCE[rule.evidence][0]}）"
        for stage, rule in lent
    )
    en = "; ".join(
        f"{rule.area.value} {stage.stage.value} {rule.high:,.0f} m ({rule.profile}; {EVIDENCE[rule.evidence][1]})"
        for stage, rule in lent
    )
    return [{"zh": f"规划没有给出的服务半径取自其他规则库：{zh}。", "en": f"Radii that the plan does not give: {en}."}]


def _where(rule: Rule) -> str:
    return "" if rule.area is Area.ALL else rule.area.zh


def rule_card(rule: Rule) -> dict[str, Any]:
    """One rule with its limits in words, clause, source and evidence."""
    zh, en = EVIDENCE[rule.evidence]
    quantity_zh, quantity_en = _QUANTITY[rule.quantity]
    return {
        "id": rule.id,
        "stage": rule.stage.value,
        "area": {"zh": rule.area.zh, "en": _AREA_EN[rule.area.value]},
        "quantity": {"zh": quantity_zh, "en": quantity_en},
        "text": dict(zip(("zh", "en"), _limits(rule), strict=True)),
        "clause": rule.clause,
        "source": f"《{rule.source_title}》{rule.source}" if rule.source_title else rule.source,
        "line": str(rule.line or ""),
        "evidence": {"id": rule.evidence, "zh": zh, "en": en},
        "profile": rule.profile,
        "notice": {"zh": rule.notice_zh, "en": rule.notice_en} if rule.notice_zh else None,
    }


def _limits(rule: Rule) -> tuple[str, str]:
    if rule.quantity == SERVICE_RADIUS:
        return f"不超过 {rule.high:,.0f} 米", f"at most {rule.high:,.0f} m"
    low, high = rule.low or 0.0, rule.high or 0.0
    wan = f"（{low / PEOPLE_PER_WAN:g}-{high / PEOPLE_PER_WAN:g} 万人）"
    return f"{low:,.0f}-{high:,.0f} 人{wan}", f"{low:,.0f} to {high:,.0f} people"


def verdict_rows(plan: Plan) -> list[dict[str, Any]]:
    """Every verdict once; radius verdicts say by which travel mode they were found."""
    index = {each: row for row, each in enumerate(plan.units.district_ids)}
    rows: dict[tuple[object, ...], dict[str, Any]] = {}
    for stage_plan in plan.stages:
        for view in stage_plan.views:
            for verdict in (public_verdict(plan, view, each) for each in view.verdicts):
                is_radius = verdict.rule.quantity == SERVICE_RADIUS
                key = (stage_plan.stage, verdict.place, verdict.rule.id, verdict.area, view.travel if is_radius else "")
                by_zh, by_en = (f"{view.travel.zh}，", f"{view.travel.value}, ") if is_radius else ("", "")
                rows.setdefault(
                    key,
                    {
                        "stage": stage_plan.stage.value,
                        "district": index.get(verdict.place, -1),
                        "rule": verdict.rule.id,
                        "value": _value(verdict),
                        "state": verdict.state.value,
                        "zh": words(plan, f"{verdict.area.zh}，{by_zh}{verdict.zh}"),
                        "en": words(plan, f"{verdict.area.value}, {by_en}{verdict.en}"),
                    },
                )
    return list(rows.values())


def _value(verdict: Verdict) -> str:
    if verdict.value is None:
        return "—"
    return percent(verdict.value, 1.0) if verdict.unit == "share" else f"{verdict.value:,.0f}"


def footer(plan: Plan) -> list[dict[str, str]]:
    """How figures were made and where they come from."""
    profiles = "、".join(f"{profile.title_zh}（{profile.id}）" for profile in (plan.book.profile, *plan.book.lenders))
    profiles_en = ", ".join(profile.id for profile in (plan.book.profile, *plan.book.lenders))
    lenders = {rule.profile for rule in plan.rules_in_force()}
    cells = sorted({view.before.demand.cell_m for s in plan.stages for view in s.views if view.before.demand.cell_m})
    crs = "局部米制坐标" if plan.layers.crs is None else f"{plan.layers.crs.name}（{plan.layers.crs.to_string()}）"
    crs_en = "local metres" if plan.layers.crs is None else plan.layers.crs.name
    lines = [
        {"zh": f"规则库：{profiles}。", "en": f"Rule profiles: {profiles_en}."},
        {"zh": f"计算坐标系：{crs}。", "en": f"Computed in {crs_en}."},
        {
            "zh": "覆盖人数按人口点逐点判断，服务范围重叠处不重复计算；图上的服务范围经过简化，仅供阅读。",
            "en": "People are counted point by point and never twice; the areas drawn are simplified.",
        },
    ]
    lines += [
        {"zh": profile.notice_zh, "en": profile.notice_en}
        for profile in plan.book.lenders
        if profile.notices_for(plan.config.stages) and profile.id in lenders
    ]
    if cells:
        sides = "、".join(f"{side:.0f}" for side in cells)
        lines.append(
            {
                "zh": f"面状人口按面内均匀分布切分为边长 {sides} 米的网格。",
                "en": f"Polygons of people were cut into cells of {sides} m, people spread evenly inside.",
            }
        )
    if any(view.before.total.assessed < view.before.total.people for s in plan.stages for view in s.views):
        lines.append(
            {
                "zh": "没有服务半径标准的人口（例如农村初中）不参加半径评估，既不算覆盖也不算未覆盖。",
                "en": "People to whom no radius applies (rural junior schools, for example) are not assessed.",
            }
        )
    lines.append({"zh": f"geoplan {version('geoplan')} 生成。", "en": f"Made with geoplan {version('geoplan')}."})
    return lines
