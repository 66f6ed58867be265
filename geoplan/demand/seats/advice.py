"""What to do about a gap or a surplus, in the order borrow, expand, build, with the figures; in Chinese and English."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from geoplan.demand.seats.proposed import NOTHING, Proposed, left_short, seats_used, site_words, together
from geoplan.demand.seats.rounding import whole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geoplan.demand.seats.balance import BalanceRow

Loans = tuple[tuple[str, float], ...]
"""(name of the other unit, seats)."""

_NAMED = 3


def classes_for(pupils: float, cap: int) -> int:
    """Classes that so many pupils need: whole pupils ÷ cap, rounded up. 1,000 at 45 are 23."""
    return math.ceil(whole(pupils) / cap)


def advise(
    row: BalanceRow,
    cap: int,
    *,
    borrowed: Loans = (),
    lent: Loans = (),
    short_from: int | None = None,
    proposed: Proposed = NOTHING,
) -> tuple[str, str]:
    """(Chinese, English) for one unit, stage and year.

    Args:
        row: its figures; `borrowed` and `closes` filled.
        cap: most pupils of a class.
        borrowed, lent: the units that lend to it, or borrow from it.
        short_from: the first later year in which a unit with a surplus is short.
        proposed: sites of the plan in this unit.
    """
    parts: list[tuple[str, str]] = []
    if whole(row.gap):
        parts = [*_gap(row, borrowed), *_proposed(row, proposed), *_remedy(row, cap, proposed)]
    elif whole(row.surplus):
        parts = _surplus(row, lent, short_from, proposed)
    if parts and row.schools_unknown:
        n = row.schools_unknown
        parts.append((f"另有{n}所学校学位数未知，未计入", f"{n} more of unknown seats not counted"))
    return _join(parts)


def advise_whole(row: BalanceRow, units: Sequence[BalanceRow], proposed: Sequence[Proposed] = ()) -> tuple[str, str]:
    """(Chinese, English) for the whole project: what its units add up to.

    Args:
        row: of the whole project.
        units: its units.
        proposed: sites of the plan in each unit, in the order of `units`; () where none are known.
    """
    short, spare = sum(whole(unit.gap) > 0 for unit in units), sum(whole(unit.surplus) > 0 for unit in units)
    if not short and not spare:
        return "", ""
    parts = []
    if short:
        parts.append(
            (f"{short}个单元共缺{whole(row.gap):,}个", f"{_units_en(short)} short of {whole(row.gap):,} seats")
        )
    if spare:
        parts.append(
            (
                f"{spare}个单元空余{whole(row.surplus):,}个",
                f"{_units_en(spare)} with {whole(row.surplus):,} seats to spare",
            )
        )
    if whole(row.borrowed):
        parts.append(
            (
                f"可跨单元借用{whole(row.borrowed):,}个",
                f"{whole(row.borrowed):,} can be borrowed from neighbours in reach",
            )
        )
    if short and any(each.sites for each in proposed):
        used = sum(seats_used(unit, each) for unit, each in zip(units, proposed, strict=True))
        parts.append(site_words(row, together(proposed), left_short(row, used), ("本方案选址", "the plan's")))
    if row.closes is not None:
        parts.append((f"全部缺口{row.closes}年消失", f"all gaps close in {row.closes}"))
    return _join(parts)


def _units_en(number: int) -> str:
    return f"{number:,} unit{'' if number == 1 else 's'}"


def _join(parts: Sequence[tuple[str, str]]) -> tuple[str, str]:
    if not parts:
        return "", ""
    return "；".join(zh for zh, _ in parts) + "。", "; ".join(en for _, en in parts) + "."


def _gap(row: BalanceRow, borrowed: Loans) -> list[tuple[str, str]]:
    gap, lost = whole(row.gap), whole(row.seats_lost)
    parts = [(f"缺{gap:,}个", f"{gap:,} seats short")]
    if lost:
        parts.append((f"大班额降至标准减少{lost:,}个", f"bringing large classes to the cap takes {lost:,}"))
    if row.closes is not None:
        parts.append(
            (
                f"缺口{row.closes}年消失，先借用或扩建，再考虑新建",
                f"closes in {row.closes}: borrow or expand before build",
            )
        )
    if whole(row.borrowed):
        seats = whole(row.borrowed)
        zh, en = _named(borrowed)
        parts.append((f"先借用邻近空余学位{seats:,}个（{zh}）", f"first borrow {seats:,} seats ({en})"))
    return parts


def _proposed(row: BalanceRow, proposed: Proposed) -> list[tuple[str, str]]:
    """What the proposed sites of the unit bring, and what is short after them."""
    if not proposed.sites:
        return []
    left = left_short(row, seats_used(row, proposed))
    return [site_words(row, proposed, left, ("本方案在此选址", "here the plan's"))]


def _remedy(row: BalanceRow, cap: int, proposed: Proposed) -> list[tuple[str, str]]:
    rest = left_short(row, seats_used(row, proposed))
    if rest <= 0:
        if whole(proposed.seats):
            return []
        return [("借用后无需扩建或新建", "nothing then needs to be expanded or built")]
    classes = classes_for(rest, cap)
    at_zh, at_en = f"{classes}班（每班{cap}人）", f"{classes} {'class' if classes == 1 else 'classes'} of {cap}"
    if whole(proposed.later) >= rest:
        # a gap that the plan closes in a later year is no reason to build
        zh = f"建成前的{rest:,}个以增班或借用过渡：{at_zh}"
        return [(zh, f"until then for {rest:,}: temporary classes or loans ({at_en})")]
    if row.schools:
        last = ("扩建不足再新建", "build only what expansion cannot hold")
        if proposed.sites:
            last = ("扩建不足再增加选址", "find more sites only for what expansion cannot hold")
        if row.closes is not None:
            last = ("不宜为临时缺口新建", "do not build for a gap that passes")
            if proposed.sites:
                last = ("不宜为临时缺口另增选址", "add no site for a gap that passes")
        return [(f"其余{rest:,}个：扩建{at_zh}", f"for {rest:,}: expand by {at_en}"), last]
    if row.closes is not None:
        zh = f"其余{rest:,}个：本单元无公办学校可扩，{row.closes}年前以校车或过渡班解决：{at_zh}"
        en = f"for {rest:,}: no public school here to expand; buses or temporary classes until {row.closes} ({at_en})"
        return [(zh, en)]
    return [
        (f"其余{rest:,}个：本单元无公办学校可扩，新建{at_zh}", f"for {rest:,}: no public school here; build {at_en}")
    ]


def _surplus(row: BalanceRow, lent: Loans, short_from: int | None, proposed: Proposed) -> list[tuple[str, str]]:
    parts = [(f"空余学位{whole(row.surplus):,}个", f"{whole(row.surplus):,} seats to spare")]
    if lent:
        seats = whole(sum(amount for _, amount in lent))
        zh, en = _named(lent)
        parts.append((f"可借给邻近单元{seats:,}个（{zh}）", f"{seats:,} can be lent ({en})"))
    if short_from is not None:
        parts.append((f"{short_from}年起又短缺，保留不撤", f"short from {short_from} on: keep the seats"))
    elif proposed.sites:
        number = proposed.sites
        zh = f"本方案在此选址{number}处不为补学位，是为就近入学，规模从严核定"
        sites = "site is" if number == 1 else "sites are"
        en = f"the plan's {number} {sites} here for nearness, not for seats: keep small"
        parts.append((zh, en))
    else:
        parts.append(
            ("不再新增学位；可用于小班化或转作他用", "add no seats; use them for smaller classes or other uses")
        )
    return parts


def _named(loans: Loans) -> tuple[str, str]:
    first = sorted(loans, key=lambda loan: (-loan[1], loan[0]))[:_NAMED]
    more = len(loans) > _NAMED
    zh = "、".join(f"{name} {whole(seats):,}" for name, seats in first)
    en = ", ".join(f"{name} {whole(seats):,}" for name, seats in first)
    return zh + ("等" if more else ""), en + (", …" if more else "")
