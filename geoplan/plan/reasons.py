"""Why a site is proposed, in plain words, and what a count of sites or a next best plot means."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from geoplan.locate import Model, worth
from geoplan.plan.candidates import KIND_ZH
from geoplan.rules import State
from geoplan.rules.profile import EVIDENCE
from geoplan.types import Finding, Severity

if TYPE_CHECKING:
    from geoplan.coverage import Coverage
    from geoplan.locate import NextBest, Solution
    from geoplan.plan.proposed import ProposedSite
    from geoplan.plan.siting import Wish


def why(site: ProposedSite, before: Coverage, solution: Solution, other_cost: float) -> tuple[tuple[str, str], ...]:
    """The reasons in plain words; every figure stands in the site's own fields."""
    noun, noun_en = ("学生", "pupils") if before.demand.units.counts == "pupils" else ("居民", "people")
    lines = [
        (f"新增覆盖{noun} {site.people_newly:,.0f} 人", f"{site.people_newly:,.0f} {noun_en} come within the radius"),
    ]
    if site.people_kept:
        zh = f"接续撤并学校，使原在半径内的{noun} {site.people_kept:,.0f} 人仍在半径内"
        lines.append((zh, f"keeps {site.people_kept:,.0f} {noun_en} within the radius whose school closes"))
    if site.gaps:
        some = "、".join(site.gaps[:6]) + ("等" if len(site.gaps) > 6 else "")
        lines.append((f"缩小缺口 {some}", f"reaches into gaps {', '.join(site.gaps[:6])}"))
    rules = {radius.rule for radius in before.radii if radius.rule is not None}
    lines += [
        (
            f"依据：{rule.clause}（{rule.citation}，{EVIDENCE[rule.evidence][0]}）",
            f"by {rule.id}: {rule.citation}, {EVIDENCE[rule.evidence][1]}",
        )
        for rule in sorted(rules, key=lambda rule: rule.id)
    ]
    if site.kind in KIND_ZH:
        lines.append((f"用地：{KIND_ZH[site.kind][0]}", f"land: {KIND_ZH[site.kind][1]}"))
    if not np.isnan(site.cost):
        beside = "" if np.isnan(other_cost) else f"，次优地块 {other_cost:,.0f}"
        beside_en = "" if np.isnan(other_cost) else f", of the next best {other_cost:,.0f}"
        lines.append(
            (
                f"造价 {site.cost:,.0f}{beside}（备选图层所用单位）",
                f"cost {site.cost:,.0f}{beside_en} (unit of the sites layer)",
            )
        )
    if site.verdict is not None and site.verdict.state is not State.MET:
        lines.append((f"规模提示：{site.verdict.zh}", f"size: {site.verdict.en}"))
    if solution.model is not Model.CAPACITATED:
        # with seats the next best site is not looked for
        lines.append(_next_best_line(site, solution, noun, noun_en))
    return tuple(lines)


def _next_best_line(site: ProposedSite, solution: Solution, noun: str, noun_en: str) -> tuple[str, str]:
    best = site.next_best
    if best is None or best.other is None or best.loss is None:
        return "没有可替代的备选地块", "no other candidate can take its place"
    if best.loss < 0.5 and solution.model is not Model.SET_COVER:
        return f"可由 {best.other} 替代，效果相同", f"{best.other} can take its place just as well"
    if solution.model is Model.P_MEDIAN:
        return (
            f"次优地块 {best.other}：总路程增加 {best.loss / 1000:,.1f} 人·公里",
            f"next best {best.other}: {best.loss / 1000:,.1f} more person-km",
        )
    if solution.model is Model.P_CENTER:
        return (
            f"次优地块 {best.other}：最远路程增加 {best.loss:,.0f} 米",
            f"next best {best.other}: the longest way is {best.loss:,.0f} m longer",
        )
    if solution.model is Model.SET_COVER:
        return f"可由 {best.other} 替代，校数不变", f"{best.other} can take its place with as many sites"
    return (
        f"次优地块 {best.other}：少覆盖{noun} {best.loss:,.0f} 人",
        f"next best {best.other}: {best.loss:,.0f} {noun_en} fewer",
    )


def objective_unit(model: Model, counts: str) -> tuple[str, str]:
    """What an objective is counted in, Chinese and English."""
    noun = ("学生", "pupils") if counts == "pupils" else ("人", "people")
    return {
        Model.MAX_COVER: (f"半径内{noun[0]}数" if counts == "pupils" else "半径内人数", f"{noun[1]} within the radius"),
        Model.SET_COVER: ("新建学校数", "new schools"),
        Model.P_CENTER: ("米（最远路程）", "metres, the longest way"),
    }.get(model, (f"{noun[0]}·米", f"{noun[1]} × metres"))


def unless_in_vain(solution: Solution, best: NextBest) -> NextBest:
    """The replacement, or none with the same loss where it brings no more than leaving the place empty would."""
    problem = solution.problem
    if problem is None or best.other is None or best.loss is None or solution.model is Model.SET_COVER:
        return best
    kept = worth(problem, problem.mask(solution.sites)).objective
    empty = worth(problem, problem.mask(each for each in solution.sites if each != best.site)).objective
    brings = abs(kept - empty)
    in_vain = brings > 0 and best.loss >= brings - 1e-9 * max(1.0, brings)
    return replace(best, other=None) if in_vain else best


def count_findings(wish: Wish, solution: Solution) -> tuple[Finding, ...]:
    """Where the number of sites is not the one that was asked for."""
    opened = len(solution.new_sites)
    if wish.new is None or solution.objective is None or opened == wish.new:
        return ()
    if wish.model is Model.SET_COVER:
        what = f"set_cover opens as many sites as it takes, here {opened}; {wish.new} were asked for."
        return (Finding(Severity.WARNING, "count-decided-by-model", what, fix="Use max_cover for a given number."),)
    what = f"{opened} of {wish.new} sites are proposed: more would not make the plan better."
    return (Finding(Severity.NOTE, "fewer-sites-needed", what, layer="sites"),)
