"""What a zone plan comes to, in sentences that a deputy mayor understands, Chinese first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoplan.locate import Status
from geoplan.plan.zone_today import SOURCES
from geoplan.plan.zone_wish import BALANCE, WHOLE_BY
from geoplan.types import Travel

if TYPE_CHECKING:
    from geoplan.plan.zone_proposal import ZoneProposal
    from geoplan.types import Words


MOST_NAMED = 5
NO_PLAN = "没有满足全部要求的方案。", "No plan keeps every rule."
NEAREST = "以下为最接近要求的方案。", "What follows comes nearest to the rules."
NEAREST_FOUND = (
    "以下为时限内找到的最接近要求的方案，未必没有更接近的。",
    "What follows comes nearest to the rules of all that was found in time; another plan may come nearer.",
)


def headline(found: ZoneProposal, *, moved: str | None = None, over_before: Words | None = None) -> list[Words]:
    """What it comes to: ways before and after, and who changes schools. Nothing without a plan.

    Args:
        moved, over_before: in place of the figures, where these must not be published.
    """
    if found.shown is None:
        return []
    before, after = found.totals(found.before), found.totals(found.after)
    zones = len(found.zones)
    mean, longest = ([f"{each[key]:,.0f}" for each in (before, after)] for key in ("mean_m", "longest_m"))
    over = over_before or (f"{before['over_seats']:,.0f} 人", f"{before['over_seats']:,.0f}")
    lines = [
        (
            f"{after['pupils']:,.0f} 名学生划入 {zones} 个学区，{_contiguous(found)[0]}。",
            f"{after['pupils']:,.0f} pupils in {zones} zones, {_contiguous(found)[1]}.",
        ),
        (
            f"平均上学路程 {mean[0]} 米 → {mean[1]} 米，最远 {longest[0]} 米 → {longest[1]} 米。",
            f"Mean way {mean[0]} m → {mean[1]} m, longest {longest[0]} m → {longest[1]} m.",
        ),
        (
            f"超出学位的学生 {over[0]} → {after['over_seats']:,.0f} 人。",
            f"Pupils beyond the seats: {over[1]} → {after['over_seats']:,.0f}.",
        ),
    ]
    zh, en = SOURCES[found.today.source]
    pupils = f"{found.shown.moved_pupils:,.0f}" if moved is None else moved
    lines.append(
        (
            f"调整 {len(found.changes)} 处、{pupils} 名学生（对照：{zh}）。",
            f"{len(found.changes)} units with {pupils} pupils change schools (compared with: {en}).",
        )
    )
    return [*lines, *private_words(found)]


def _contiguous(found: ZoneProposal) -> Words:
    if not found.has_plan:
        return "未能满足全部要求", "not every rule is kept"
    zh, en = "每个学区连片", "each contiguous"
    if found.wish.boarding:
        zh, en = "除寄宿制学校外每个学区连片", "each contiguous but those of boarding schools"
    if found.ground.is_sketch and found.travel is Travel.WALK:
        # drawn is the ground nearest to each place; along the road neighbours may lie on two sides of another zone
        zh, en = f"{zh}（按步行路网相邻，界线为示意）", f"{en} (neighbours by road; the outlines are a sketch)"
    return zh, en


def certainty(found: ZoneProposal) -> list[Words]:
    """How good the plan is, or why there is none."""
    plan = found.plan
    if not found.has_plan:
        lines = [NO_PLAN, *plan.reasons] if plan.status is Status.INFEASIBLE else [*plan.reasons]
        if found.shown is not None:
            lines.append(NEAREST if found.shown.gap == 0 else NEAREST_FOUND)
        return lines
    gap = plan.gap
    if gap == 0:
        lines = [("已证明：在所给条件下没有更好的方案。", "Proved: under these rules there is no better plan.")]
    elif gap is not None and gap < 1:
        lines = [
            (
                f"尚未证明最优：任何方案最多再好 {_share(gap)}。",
                f"Not proved to be the best: no plan is better by more than {_share(gap)}.",
            )
        ]
    else:
        lines = [("尚不知道离最优方案有多远。", "How far it is from the best plan is not known.")]
    if plan.interrupted:
        lines.append(("计算被中途停止，这是当时最好的方案。", "Stopped by hand: the best plan until then."))
    return lines + balance_words(found)


def _share(gap: float) -> str:
    """Rounded up, so that it is never said to be less than it is."""
    hundredths = -(-gap * 10_000 // 1)
    return f"{max(hundredths, 1) / 100:.2f}%"


def balance_words(found: ZoneProposal) -> list[Words]:
    """What balance was reached at what price."""
    if found.balance is None or found.balance.base.plan.objective in {None, 0}:
        return []
    steps = [found.balance.base, *(each for each in found.balance.steps if each.price is not None)]
    base, best = steps[0], steps[-1]
    price = 100 * (best.price or 0.0) / (base.plan.objective or 1.0)
    name_zh, name_en = BALANCE[found.balance.aim.value]
    if found.balance.aim.value == "load":
        was, now = f"{100 * (base.largest_utilisation or 0):.1f}%", f"{100 * (best.largest_utilisation or 0):.1f}%"
    else:
        was, now = f"{base.longest_cost or 0:,.0f} 米", f"{best.longest_cost or 0:,.0f} 米"
    return [
        (
            f"校际均衡：最高{name_zh} {was} → {now}，代价是总路程（含各项加价）增加 {price:.1f}%。",
            f"Balance: largest {name_en} {_en(was)} → {_en(now)}, at {price:.1f} % more way (with the other prices).",
        )
    ]


def _en(words: str) -> str:
    return words.replace(" 米", " m")


def asked(found: ZoneProposal) -> list[Words]:
    """What was asked for, a line for each rule."""
    wish = found.wish
    lines = [
        (
            "每个学区连片并包含其学校；居住单元不拆分。",
            "Each zone is contiguous and holds its school; no unit is split.",
        )
    ]
    if wish.over_price is None:
        lines.append(("不超过学位。", "Seats are not exceeded."))
    else:
        lines.append(
            (
                f"超出学位：每人加价 {wish.over_price:,g} 米。",
                f"Beyond the seats: {wish.over_price:,g} m for each pupil.",
            )
        )
    if wish.min_enrolment:
        lines.append((f"每校至少 {wish.min_enrolment:,g} 人。", f"At least {wish.min_enrolment:,g} pupils each."))
    if wish.longest_m is not None:
        lines.append((f"最远 {wish.longest_m:,g} 米。", f"Longest way {wish.longest_m:,g} m."))
    if wish.whole_by is not None:
        zh, en = WHOLE_BY[wish.whole_by]
        lines.append((f"{zh}不拆分。", f"Each {en} is kept whole."))
    if wish.move_price:
        lines.append(
            (f"调整学校：每人加价 {wish.move_price:,g} 米。", f"{wish.move_price:,g} m for each pupil who changes.")
        )
    if wish.most_moved is not None:
        lines.append((f"最多调整 {wish.most_moved:,g} 人。", f"At most {wish.most_moved:,g} pupils change."))
    if wish.new:
        lines.append((f"新开办 {wish.new} 所。", f"{wish.new} new schools."))
    if found.schools.closed:
        names = "、".join(found.schools.name(each) for each in found.schools.closed)
        lines.append((f"撤并：{names}。", f"Closed: {names}."))
    return lines


def private_named(found: ZoneProposal) -> str:
    """Names of the private schools that are left out, the first few; '' where none is."""
    private = found.schools.private
    return "、".join(name for name, _ in private[:MOST_NAMED]) + ("等" if len(private) > MOST_NAMED else "")


def private_words(found: ZoneProposal) -> list[Words]:
    """Which private schools are left out, and their seats; nothing where none is."""
    private, stage = found.schools.private, found.stage
    if not private:
        return []
    zh = (
        f"学区为公办学校学区：民办学校{len(private)}所（{private_named(found)}）、"
        f"{stage.zh}学位{found.schools.private_seats:,.0f}个不划学区、不计入；各学区学生为区内全部学生。"
    )
    en = (
        f"Zones are those of public schools: {len(private)} private ones with {found.schools.private_seats:,.0f} "
        f"{stage.value} seats have none and do not count; the pupils of a zone are all who live there."
    )
    return [(zh, en)]
