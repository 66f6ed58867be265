"""Figures and lists as sentences write them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

NAMED = 5
"""How many names a sentence gives before it says how many more there are."""

ROWS = 50
"""How many ids an entry carries; `count` says for how many they stand."""


def figure(value: float | None, most: int = 2) -> str:
    """`1,703,326`, `85.89`, `30.5`; `—` for nothing. At most `most` decimals, without trailing zeros."""
    if value is None or math.isnan(value):
        return "—"
    text = f"{value:,.{most}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def unit_words(unit: str) -> str:
    """A clause's unit as it is printed: seats are counted in 个 on every page, also where a plan writes 座 or 万座."""
    return unit.replace("座", "个")


def share(part: float, whole: float) -> str:
    """`261,633 / 304,600 = 85.89 %`; the share is left out of nothing."""
    ratio = f" = {figure(100 * part / whole)} %" if whole > 0 else ""
    return f"{figure(part)} / {figure(whole)}{ratio}"


def names_zh(names: Iterable[str], most: int = NAMED) -> str:
    """`甲、乙、丙等 7 个`: the first few, and how many there are."""
    every = list(names)
    return "、".join(every[:most]) + (f"等 {len(every)} 个" if len(every) > most else "")


def names_en(names: Iterable[str], most: int = NAMED) -> str:
    """`a, b, c and 4 more`."""
    every = list(names)
    return ", ".join(every[:most]) + (f" and {len(every) - most} more" if len(every) > most else "")
