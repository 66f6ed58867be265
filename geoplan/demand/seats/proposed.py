"""Sites that a plan proposes beside a gap of seats: what they bring by a year, and what is short after them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geoplan.demand.seats.rounding import whole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geoplan.demand.seats.balance import BalanceRow


@dataclass(frozen=True)
class Proposed:
    """Sites that the plan proposes in a unit, for one stage.

    Attributes:
        sites: how many, those that open later included.
        seats: what they bring by the year of the row; sites without a year are taken as built.
        later: seats of sites that open after it.
        unknown: sites whose seats nobody knows.
    """

    sites: int = 0
    seats: float = 0.0
    later: float = 0.0
    unknown: int = 0


NOTHING = Proposed()


def seats_used(row: BalanceRow, proposed: Proposed) -> int:
    """Whole seats of the proposed sites that a unit's gap takes after borrowing; the others stay empty."""
    return min(whole(proposed.seats), max(whole(row.gap) - whole(row.borrowed), 0))


def left_short(row: BalanceRow, used: int) -> int:
    """Whole seats still short after borrowing and `used` seats of proposed sites, as printed: gap − borrowed − used."""
    return max(whole(row.gap) - whole(row.borrowed) - used, 0)


def together(proposed: Sequence[Proposed]) -> Proposed:
    """The sites of several units."""
    return Proposed(
        sum(each.sites for each in proposed),
        sum(each.seats for each in proposed),
        sum(each.later for each in proposed),
        sum(each.unknown for each in proposed),
    )


def site_words(row: BalanceRow, proposed: Proposed, left: int, whose: tuple[str, str]) -> tuple[str, str]:
    """(Chinese, English): what sites bring, and what is short after them.

    Args:
        row: of the unit or of the whole.
        proposed: its sites.
        left: seats still short, from `left_short`.
        whose: how the sentence begins, in both languages.
    """
    seats, later = whole(proposed.seats), whole(proposed.later)
    number = "site adds" if proposed.sites == 1 else f"{proposed.sites} sites add"
    zh, en = f"{whose[0]}{proposed.sites}处", f"{whose[1]} {number}"
    if seats:
        after = (f"仍缺{left:,}个", f"{left:,} are still short") if left else ("不再缺学位", "nothing is short then")
        zh, en = f"{zh}，建成后增加学位{seats:,}个，{after[0]}", f"{en} {seats:,} seats, and {after[1]}"
        if later:
            zh, en = f"{zh}（另{later:,}个{row.year}年后建成）", f"{en} ({later:,} more after {row.year})"
    elif later:
        zh, en = f"{zh}、学位{later:,}个，{row.year}年后建成", f"{en} {later:,} seats after {row.year}"
    if proposed.unknown:
        zh = f"{zh}（{proposed.unknown}处学位数未定）"
        en = f"{en} ({proposed.unknown} of unknown seats)"
    return zh, en
