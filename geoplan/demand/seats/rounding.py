"""Whole seats and people, rounded one way everywhere."""

from __future__ import annotations

import math


def whole(value: float) -> int:
    """The whole number that tables print; halves go up."""
    return math.floor(value + 0.5)
