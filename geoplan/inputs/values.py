"""Cells as planners write them → text, numbers, stages, choices, flags. Pure functions of one cell."""

from __future__ import annotations

import math
import re
import unicodedata
from typing import TYPE_CHECKING

import pandas as pd

from geoplan.types import Stage
from geoplan.units import PEOPLE_PER_WAN

if TYPE_CHECKING:
    from collections.abc import Mapping

_BLANK = {"", "-", "--", "—", "——", "/", "无", "暂无", "不详", "未知", "nan", "none", "null", "na", "n/a", "<na>"}
_NO = _BLANK | {"no", "n", "false", "f", "0", "否", "不", "没有", "可用"}
_YES = {"yes", "y", "true", "t", "1", "是", "有", "√", "✓"}
_NUMBER = re.compile(
    r"(?P<digits>[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?|[+-]?\.\d+)(?P<power>e[+-]?\d+)?\s*"
    r"(?P<factor>万|亿)?\s*(?:余)?(?:人|个|名|位|座|户|元|学位|个学位|m|米|people|seats|pupils|persons)?"
)
_FACTORS = {"": 1, "万": PEOPLE_PER_WAN, "亿": PEOPLE_PER_WAN**2}
_PART = re.compile(r"[;；、，,/|+&和及与]+")
_PART_OR_SPACE = re.compile(r"[;；、，,/|+&和及与\s]+")
_LEADING_CODE = re.compile(r"^\d+[\s.:、\-]*(?=\D)")
_BRACKETS = re.compile(r"[(\[【].*?[)\]】]")
_EDGES = " \t\r\n\u00a0\u3000\ufeff"


def cell_text(value: object) -> str:
    """A cell as text: blank for None and NaN, `101` for 101.0, no spaces at the edges."""
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value).strip(_EDGES)


def fold(text: str) -> str:
    """Text with case, width and inner spaces removed, for comparing headers and words."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).casefold()


def is_blank(value: object) -> bool:
    """True for an empty cell and for the signs that stand for one: —, /, 无, N/A."""
    return fold(cell_text(value)) in _BLANK


def number(value: object) -> float | None:
    """A cell as a number: NaN where it is blank, None where it is no number.

    Understands `1,200`, full-width digits, `1.2万`, and a unit such as 人 behind the figure.
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return None if math.isinf(value) else float(value)
    if is_blank(value):
        return math.nan
    text = unicodedata.normalize("NFKC", cell_text(value)).replace("−", "-").casefold()
    match = _NUMBER.fullmatch(text)
    if match is None:
        return None
    figure = float(match["digits"].replace(",", "") + (match["power"] or ""))
    return round(figure * _FACTORS[match["factor"] or ""], 6)


def stages(value: object, words: Mapping[str, tuple[Stage, ...]]) -> tuple[Stage, ...] | None:
    """A cell as stages in `Stage` order; () for a school of a kind without stage; None where it says nothing known.

    Args:
        value: `primary;junior`, 小学、初中, 九年一贯制学校, `312 九年一贯制学校`.
        words: folded word → stages.
    """
    text = cell_text(value)
    found = _word(text, words)
    if found is not None:
        return found
    for separator in (_PART, _PART_OR_SPACE):
        parts = [part for part in separator.split(unicodedata.normalize("NFKC", text)) if part.strip()]
        known = [known for part in parts if (known := _word(part, words)) is not None]
        if known and len(known) == len(parts):
            return tuple(stage for stage in Stage if any(stage in part for part in known))
    return None


def _word(text: str, words: Mapping[str, tuple[Stage, ...]]) -> tuple[Stage, ...] | None:
    folded = fold(text)
    for form in (folded, _BRACKETS.sub("", folded), _LEADING_CODE.sub("", folded)):
        if form in words:
            return words[form]
    return None


def flag(value: object) -> bool | None:
    """Yes, no, or None for a blank; any word that is not a no (`viaduct`, 立交桥) is a yes."""
    if isinstance(value, bool):
        return value
    folded = fold(cell_text(value))
    if folded in _BLANK:
        return None
    return folded not in _NO


def reason(value: object) -> str:
    """The reason in a cell: '' for blank and no; `yes` for a bare yes; else the text itself."""
    if isinstance(value, bool):
        return "yes" if value else ""
    folded = fold(cell_text(value))
    if folded in _NO:
        return ""
    return "yes" if folded in _YES else cell_text(value)
