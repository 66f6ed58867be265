"""Counts of children as they may be published: one to nine of them are never told apart."""

from __future__ import annotations

from typing import Any

import numpy as np

FEWEST_SHOWN = 10
"""Smaller counts of children are shown as `<10` (个人信息保护: children under 14 are sensitive)."""


def is_handful(counts: Any) -> Any:  # noqa: ANN401  one number, or an array of them
    """True for one to nine, by whole numbers."""
    whole = np.round(counts)
    return (whole > 0) & (whole < FEWEST_SHOWN)


def shown(count: float) -> str:
    """A whole number; `<10` for less than that, save for none at all."""
    whole = round(count)
    return f"<{FEWEST_SHOWN}" if count > 1e-6 and whole < FEWEST_SHOWN else f"{whole:,}"


def shown_part(part: float, whole: float) -> str:
    """A part of a count that is shown beside it: no small rest can be had by subtraction (`≥10` in its place)."""
    rest = round(whole) - round(part)
    if 0 < rest < FEWEST_SHOWN and round(part) >= FEWEST_SHOWN:
        return f"≥{FEWEST_SHOWN}"
    return shown(part)
