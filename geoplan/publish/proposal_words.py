"""What a proposal leaves open, in words: fewer sites than asked and people no plot reaches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoplan.locate import Model
from geoplan.plan import ELSEWHERE
from geoplan.publish.moved import points_beyond_plots
from geoplan.publish.privacy_sites import told_count
from geoplan.publish.privacy_tallies import public_tally
from geoplan.publish.reached import closing_in, public_reached, reached

if TYPE_CHECKING:
    from geoplan.plan import Plan, StagePlan, StageProposal
    from geoplan.publish.privacy import Count
    from geoplan.types import Words


def asked_for(plan: Plan, stage_plan: StagePlan) -> int | None:
    """How many new schools of a stage the project asks for; None: as many as it takes."""
    return plan.config.propose.asked(stage_plan.stage)


def people_beyond_plots(proposal: StageProposal) -> float | None:
    """People of `points_beyond_plots`."""
    points = points_beyond_plots(proposal)
    return None if points is None else float(proposal.after.demand.people[points].sum())


def public_beyond_plots(plan: Plan, proposal: StageProposal) -> Count:
    """`people_beyond_plots` of a plan's own proposal as they may be published."""
    return told_count(plan, people_beyond_plots(proposal), "beyond", proposal.before.stage.value)


def count_words(plan: Plan, stage_plan: StagePlan) -> Words | None:
    """Why another number of sites is proposed than was asked for, in a sentence; None where it is the same."""
    asked, proposal = asked_for(plan, stage_plan), stage_plan.proposal
    chosen, offered, stage = len(proposal.sites), len(proposal.candidates), stage_plan.stage
    if asked is None or asked == chosen:
        return None
    head_zh = f"{stage.zh}要求新建 {asked:,} 所，提出 {chosen:,} 处："
    head_en = f"{asked:,} new {stage.value} schools were asked for, {chosen:,} are proposed: "
    zh, en = _reason(proposal, asked, chosen, offered)
    if given := sum(each.count for each in proposal.findings if each.code == "plot-allotted"):
        zh += f"另有 {given:,} 个地块安排给了其他学段。"
        en += f" {given:,} plots that it wanted are given to other stages."
    return head_zh + zh, head_en + en


def _reason(proposal: StageProposal, asked: int, chosen: int, offered: int) -> Words:
    solution = proposal.solution
    if not solution.sites and solution.objective is None and offered:
        return f"求解没有得到方案（{solution.status.zh}）。", f"the solver found no plan ({solution.status.value})."
    if not offered:
        return "没有可用的备选地块。", "there is no plot that may be used."
    if solution.model is Model.SET_COVER:
        return (
            "集合覆盖模型按需要定校数，服务到能服务的人即止。",
            "set cover opens as many as it takes to reach everybody who can be reached.",
        )
    if chosen < offered:
        tail = "，另建不会让更多的人在服务半径内" if solution.model is Model.MAX_COVER else "，另建不会使方案更好"
        short = f"可用的备选地块只有 {offered:,} 个；其余地块" if offered < asked else "其余备选地块"
        return (
            f"{short}空置{tail}。",
            (f"there are {offered:,} usable plots, and " if offered < asked else "")
            + "sites at the others would stand idle: they would not make the plan better.",
        )
    return f"可用的备选地块只有 {offered:,} 个。", f"there are only {offered:,} plots that may be used."


def unserved_words(plan: Plan, stage_plan: StagePlan) -> Words | None:
    """Who stays beyond the radius, and how many of them no usable plot reaches; None where nobody does."""
    proposal, stage = stage_plan.proposal, stage_plan.stage
    total, beyond = proposal.after.total, people_beyond_plots(proposal)
    noun = ("学生", "pupils") if plan.units.counts == "pupils" else ("人", "people")
    if round(total.uncovered) <= 0:
        return None
    left = _text(public_tally(plan, total).uncovered)
    zh = f"{stage.zh}建成后仍有 {left} {_measure(noun[0])}在服务半径外"
    en = f"{stage.value}: {left} {noun[1]} stay beyond the radius"
    if beyond is None or round(beyond) <= 0:
        return f"{zh}。", f"{en}."
    taken = any(reason == ELSEWHERE for _, reason in proposal.candidates.rejected)
    but, but_en = ("（安排给其他学段的地块不计）", ", plots of other stages aside") if taken else ("", "")
    if round(beyond) == round(total.uncovered):
        return f"{zh}，没有可用的备选地块能服务到他们{but}。", f"{en}; no usable plot reaches them{but_en}."
    some = _text(public_beyond_plots(plan, proposal))
    return (
        f"{zh}；其中 {some} {_measure(noun[0])}没有任何可用的备选地块能服务到{but}。",
        f"{en}; of these, {some} are reached by no usable plot{but_en}.",
    )


def losing_words(plan: Plan, stage_plan: StagePlan) -> Words | None:
    """How many people fall out of the radius because schools close, and the balance; None where nobody does."""
    proposal, stage = stage_plan.proposal, stage_plan.stage
    found = reached(proposal.before, proposal.after)
    if round(found.lost) <= 0:
        return None
    shown = public_reached(plan, proposal.before, proposal.after)
    closing = len(closing_in(proposal))
    gained, lost, net = (_text(each) for each in (shown.gained, shown.lost, shown.net))
    unit, en = ("名学生", "pupils") if plan.units.counts == "pupils" else ("人", "people")
    zh = f"{stage.zh}撤并 {closing:,} 所后，{lost} {unit}不再处于服务半径内；新进入 {gained} {unit}，"
    told = f"{stage.value}: {closing:,} schools close and {lost} {en} fall out of the radius; {gained} come within it, "
    return f"{zh}增减相抵为 {net} {unit}。", f"{told}{net} on balance."


def proposal_sentences(plan: Plan, stage_plan: StagePlan, *, losses: bool = True) -> tuple[Words, ...]:
    """What page, texts and console say of the number of sites, of those who stay unserved and of those who lose.

    Args:
        losses: with `losing_words`; the texts print these figures in articles of their own.
    """
    found = (
        count_words(plan, stage_plan),
        unserved_words(plan, stage_plan),
        losing_words(plan, stage_plan) if losses else None,
    )
    return tuple(each for each in found if each is not None)


def _measure(noun: str) -> str:
    return "名学生" if noun == "学生" else "人"


def _text(value: Count) -> str:
    return "—" if value is None else value if isinstance(value, str) else f"{value:,.0f}"
