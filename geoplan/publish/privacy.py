"""Small counts of children are not published: single counts, parts of a whole, and sentences that hold a count.

Counts of residents stay as they are, unless the population layer counts pupils; then "people" are pupils, too.
Here single counts and the small rests of a part are hidden; counts that add up are held against each other in
`privacy_plan.py`, which says what is not held against them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from geoplan.coverage import tidy
from geoplan.coverage.counts import FEWEST_SHOWN, is_handful
from geoplan.publish.privacy_plan import tells_all

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.plan import Plan

    Count = int | float | str | None

HIDDEN = f"<{FEWEST_SHOWN}"
AT_LEAST = f"≥{FEWEST_SHOWN}"
"""A larger count that would give a hidden one away."""
_NOUN = r"\s?(?:人(?!·)|名|pupils|people|of the)"
_COUNT_IN_WORDS = re.compile(rf"(?<![\d,.])[1-9][\d,]*(?={_NOUN})")
_WAY_IN_WORDS = re.compile(r"[\d,.]+(?=\s?(?:人·公里|more person-km|person-km))")
_SMALL_IN_WORDS = re.compile(r"(?<![\d,.])[1-9](?=\s?(?:人|pupils|people|of the))")


def suppressed(pupils: float | None) -> int | str | None:
    """A count of pupils for publication: a whole number, `<10` for 1 to 9, None where unknown."""
    if pupils is None:
        return None
    count = round(pupils)
    return HIDDEN if is_handful(count) else count


def is_small(pupils: float) -> bool:
    """True for a count that is not published."""
    return isinstance(suppressed(pupils), str)


def suppressed_part(part: float | None, whole: float | None) -> int | str | None:
    """A count of pupils out of `whole`, which is published, too.

    Where all but one to nine belong to the part, the rest could be had by subtraction: then `>110` (117 of 120).
    """
    if part is None or whole is None or is_small(part) or not is_small(round(whole) - round(part)):
        return suppressed(part)
    return f">{max(round(whole) - FEWEST_SHOWN, 0)}" if round(part) > 0 else 0


def hidden_places(pupils: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which places of a published total are hidden: those with one to nine pupils, and never one alone.

    A lone hidden place could be had by subtracting the others from the total; the smallest other one is then hidden,
    too.

    Args:
        pupils: of each place, shape (places,); nan where unknown.
    """
    whole = np.nan_to_num(np.round(pupils))
    hidden = np.asarray(is_handful(whole))
    others = np.flatnonzero(~hidden & (whole > 0))
    if hidden.sum() == 1 and len(others):
        hidden[others[np.argmin(whole[others])]] = True
    return hidden


def open_count(pupils: float, *, hidden: bool) -> int | str | None:
    """A count of a place: whole, or only whether it is below ten where the place is hidden; None where unknown."""
    if not np.isfinite(pupils):
        return None
    return AT_LEAST if hidden and not is_small(pupils) else suppressed(pupils)


def suppressed_words(text: str) -> str:
    """A sentence that counts pupils, with one to nine of them as `<10`."""
    return _SMALL_IN_WORDS.sub(HIDDEN, text)


def counted(plan: Plan, value: float | None) -> Count:
    """A count of the population layer: suppressed where it counts pupils."""
    if value is None:
        return None
    return suppressed(value) if plan.units.counts == "pupils" else tidy(value)


def counted_part(plan: Plan, part: float, whole: float) -> Count:
    """As `counted`, for a part of a whole that is published beside it."""
    return suppressed_part(part, whole) if plan.units.counts == "pupils" else tidy(part)


def words(plan: Plan, text: str) -> str:
    """A sentence with counts of the population layer: where children are hidden, it tells none but nobody."""
    if plan.units.counts != "pupils":
        return text
    told = suppressed_words(text)
    return told if tells_all(plan) else _WAY_IN_WORDS.sub("—", _COUNT_IN_WORDS.sub(AT_LEAST, told))


def open_share(plan: Plan, part: float, whole: float) -> float | None:
    """The share of a part, or None where it would give a hidden count away."""
    if whole <= 0 or isinstance(counted_part(plan, part, whole), str):
        return None
    return part / whole
