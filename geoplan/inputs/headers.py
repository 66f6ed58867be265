"""Headers made comparable."""

from __future__ import annotations

import re

from geoplan.inputs.values import fold

_UNIT = re.compile(r"(?:[(\[【].*?[)\]】]|[/_]万人?)$")


def header_key(text: str) -> str:
    """A header without case, width, spaces, line breaks and unit: `人口 （万人）` → `人口`."""
    folded = fold(text)
    return _UNIT.sub("", folded) or folded
