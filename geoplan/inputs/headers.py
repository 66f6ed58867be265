"""Headers made comparable."""

from __future__ import annotations

import re

from geoplan.inputs.values import fold

_UNIT = re.compile(r"(?:[(\[【](?P<said>.*?)[)\]】]|[/_]万人?)$")
_PART = re.compile("[男女]|小学|初中|高中|中学|幼儿|学前|公办|民办|城镇|城区|镇区|农村|乡村|其中|[规计]划|拟建|\\d{4}")
"""What makes a figure a part of itself, or one of another time: 0岁（男）, 教学班数（小学）, 学位数（规划）."""


def header_key(text: str) -> str:
    """A header without case, width, spaces, line breaks and unit: `人口 （万人）` → `人口`.

    Brackets that name a part stay: `0岁（男）` is not `0岁`.
    """
    folded = fold(text)
    unit = _UNIT.search(folded)
    if unit is None or _PART.search(unit["said"] or ""):
        return folded
    return folded[: unit.start()] or folded
