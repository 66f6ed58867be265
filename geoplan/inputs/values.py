"""Cells as planners write them → text, numbers, stages, choices, flags. Pure functions of one cell."""

from __future__ import annotations

import math
import re
import unicodedata
from typing import TYPE_CHECKING, TypeVar

import pandas as pd

from geoplan.types import Stage
from geoplan.units import PEOPLE_PER_WAN

if TYPE_CHECKING:
    from collections.abc import Mapping

Meaning = TypeVar("Meaning")
_BLANK = {"", "-", "--", "—", "——", "/", "无", "暂无", "不详", "未知", "nan", "none", "null", "na", "n/a", "<na>"}
_NO = _BLANK | {"no", "n", "false", "f", "0", "否", "不", "没有", "可用"}
_YES = {"yes", "y", "true", "t", "1", "是", "有", "√", "✓"}
_NUMBER = re.compile(
    r"(?:大?约为?|接?近|将近|[≈~])?\s*"
    r"(?P<digits>[+-]?(?:\d{1,3}(?:,\d{3})+|\d{1,3}(?: \d{3})+|\d+)(?:\.\d*)?|[+-]?\.\d+)(?P<power>e[+-]?\d+)?\s*"
    r"(?P<factor>万|亿)?\s*[余多]?(?:人|个|名|位|座|户|元|学位|个学位|m|米|people|seats|pupils|persons)?\s*(?:左右|上下)?"
)
_APPROXIMATE = re.compile("[约近≈~余多]|左右|上下")
_FACTORS = {"": 1, "万": PEOPLE_PER_WAN, "亿": PEOPLE_PER_WAN**2}
_PART = re.compile(r"[;；、，,/|+&和及与]+")
_PART_OR_SPACE = re.compile(r"[;；、，,/|+&和及与\s]+")
_LEADING_CODE = re.compile(r"^\d+[\s.:、\-]*(?=\D)")
_BRACKETS = re.compile(r"[(\[【].*?[)\]】]")
_YEAR = re.compile(
    r"(?P<year>[12]\d{3})(?:年.*|年度|学年.*|[-/](?:\d.*)?|\.(?:0[1-9]|1[0-2])(?:\.\d.*)?|(?:0[1-9]|1[0-2])[0-3]\d)?"
)
_FLAG_NO = _NO | {"×", "✗", "✕", "╳", "x", "非", "未", "未设", "未建", "未配备", "不是"}
_LONGEST_PLAIN = 15
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
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


def is_blank(value: object) -> bool:
    """True for an empty cell and for the signs that stand for one: —, /, 无, N/A."""
    return fold(cell_text(value)) in _BLANK


def number(value: object) -> float | None:
    """A cell as a number: NaN where it is blank, None where it is no number.

    Understands `1,200`, `1 200`, full-width digits, `1.2万`, a unit such as 人 behind the figure, and figures that are
    told as approximate (约500, 500余人, 500左右), which are taken as written.
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return None if math.isinf(value) else float(value)
    if isinstance(value, str) and len(value) <= _LONGEST_PLAIN and value.isascii() and value.isdigit():
        return float(value)  # most cells of most tables: no need to ask more
    if is_blank(value):
        return math.nan
    text = unicodedata.normalize("NFKC", cell_text(value)).replace("−", "-").casefold()
    match = _NUMBER.fullmatch(text)
    if match is None:
        return None
    figure = float(match["digits"].replace(",", "").replace(" ", "") + (match["power"] or ""))
    return round(figure * _FACTORS[match["factor"] or ""], 6)


def is_approximate(value: object) -> bool:
    """A figure that says itself that it is none to be counted on: 约500, 近300人, 500余, 1.2万左右."""
    if not isinstance(value, str) or (value.isascii() and "~" not in value):
        return False
    return _APPROXIMATE.search(unicodedata.normalize("NFKC", value)) is not None


def year(value: object) -> float | None:
    """A cell as a year: NaN where it is blank, None where it is none.

    Understands 2025, 2025年, 2025年9月, 2025-09-01, 20250901 and 2025-2026学年 (the year in which it begins).
    """
    if is_blank(value):
        return math.nan
    match = _YEAR.fullmatch(unicodedata.normalize("NFKC", cell_text(value)).replace("—", "-").replace("–", "-"))
    return None if match is None else float(match["year"])


def stages(value: object, words: Mapping[str, tuple[Stage, ...]]) -> tuple[Stage, ...] | None:
    """A cell as stages in `Stage` order; () for a school of a kind without stage; None where it says nothing known.

    Args:
        value: `primary;junior`, 小学、初中, 九年一贯制学校, `312 九年一贯制学校`.
        words: folded word → stages.
    """
    text = cell_text(value)
    found = meaning(text, words)
    if found is not None:
        return found
    for separator in (_PART, _PART_OR_SPACE):
        parts = [part for part in separator.split(unicodedata.normalize("NFKC", text)) if part.strip()]
        known = [known for part in parts if (known := meaning(part, words)) is not None]
        if known and len(known) == len(parts):
            return tuple(stage for stage in Stage if any(stage in part for part in known))
    return None


def meaning(text: str, words: Mapping[str, Meaning]) -> Meaning | None:
    """What a word stands for, if need be without its leading code or what it has in brackets; None where unknown.

    Args:
        text: `312 九年一贯制学校`, `公办（教育部门）`.
        words: folded word → meaning.
    """
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


def plain_flag(value: object, words: Mapping[str, str]) -> bool | None:
    """Yes or no where the cell is one of the `words`, a plain yes or no, or a count; None for anything else.

    Unlike `flag`, a name or a sentence is no yes, and 无 is a no.

    Args:
        value: 是, √, 有, 无, 2.
        words: folded word → `yes` or `no`.
    """
    folded = fold(cell_text(value))
    if folded in words:
        return words[folded] == "yes"
    if folded in _YES or value is True:
        return True
    if folded in _FLAG_NO:
        return False if folded in {"无", "没有"} or folded not in _BLANK else None
    count = number(value)
    return None if count is None or math.isnan(count) else count > 0


def reason(value: object) -> str:
    """The reason in a cell: '' for blank and no; `yes` for a bare yes; else the text itself."""
    if isinstance(value, bool):
        return "yes" if value else ""
    folded = fold(cell_text(value))
    if folded in _NO:
        return ""
    return "yes" if folded in _YES else cell_text(value)
