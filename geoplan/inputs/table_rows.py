"""The rows of a table settled: totals among parts left out, ages written in one way."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from geoplan.inputs.findings import error, note, warning
from geoplan.inputs.values import fold

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from geoplan.inputs.draft import Draft
    from geoplan.types import Finding

    Mask = NDArray[np.bool_]

_TOTALS = {
    "合计",
    "总计",
    "小计",
    "共计",
    "总数",
    "全部",
    "全市",
    "全县",
    "全区",
    "全域",
    "全校",
    "全园",
    "total",
    "all",
    "sum",
}
_CITY_CODE = re.compile(r"\d{4}00(?:0{6})?")
_AGE = re.compile(r"(\d{1,3})(?:[-~至到](\d{1,3}))?(\+|以上|及以上)?")
_DASHES = re.compile("[-‐‑‒–—―−~]+")
_COUNTS = ("births", "ages", "enrolment")


def settled(draft: Draft) -> tuple[Draft, list[Finding]]:
    """A table as the other rooms read it: no row counts twice, a district named 全市 is blank (the whole project)."""
    role = draft.source.role
    frame = draft.frame.copy()
    findings: list[Finding] = []
    if role == "ages":
        frame["age"] = [age_text(text) for text in frame["age"]]
    total = _totals(frame, role) if role in _COUNTS else np.zeros(len(frame), dtype=bool)
    if total.any():
        findings.append(_left_out(draft, frame, total))
        frame = frame[~total]
    if "district" in frame:
        frame["district"] = ["" if _is_total(text) else text for text in frame["district"]]
    if role == "ages":
        findings.extend(_ages(draft, frame))
    if role == "statistics" and (blank := frame["indicator"] == "").any():
        what = f"{int(blank.sum()):,} rows name no indicator and are not used."
        findings.append(warning(draft.source, "blank-indicator", what, rows=frame.index[blank]))
    empty = np.full(len(frame), None, dtype=object)
    return replace(draft, frame=frame, geometry=empty), findings


def _left_out(draft: Draft, frame: pd.DataFrame, total: Mask) -> Finding:
    what = f"{int(total.sum()):,} rows are totals of other rows (合计, or the code of a whole city) and are left out."
    return note(draft.source, "totals-left-out", what, rows=frame.index[total], why="They would count twice.")


def age_text(text: str) -> str:
    """`3 岁` → `3`, `5—9岁` → `5-9`, `85岁及以上` → `85+`; any other text as it is."""
    plain = _DASHES.sub("-", unicodedata.normalize("NFKC", text)).replace(" ", "").replace("周岁", "").replace("岁", "")
    match = _AGE.fullmatch(plain)
    if match is None:
        return text
    return match[1] + (f"-{match[2]}" if match[2] else "") + ("+" if match[3] else "")


def _is_total(text: str) -> bool:
    return fold(text) in _TOTALS


def _totals(frame: pd.DataFrame, role: str) -> Mask:
    """Rows that sum up others of the same year: by district, by code, by grade of a school, by age of a district."""
    total = _sums_up(frame, "district", ["year"])
    if "code" in frame:
        total |= _city_codes(frame)
    if role == "enrolment":
        total |= _sums_up(frame, "grade", ["year", "school", "district"])
    if role == "ages":
        total |= _sums_up(frame, "age", ["year", "district"])
    return total


def _sums_up(frame: pd.DataFrame, column: str, within: list[str]) -> Mask:
    """Rows whose `column` says 合计, where another row alike in `within` says something else."""
    marked = np.array([_is_total(text) for text in frame[column]], dtype=bool)
    keys = list(zip(*(frame[name] for name in within), strict=True))
    words = zip(keys, marked, frame[column], strict=True)
    parted = {key for key, is_total, text in words if not is_total and text}
    return np.array([mark and key in parted for mark, key in zip(marked, keys, strict=True)], dtype=bool)


def _city_codes(frame: pd.DataFrame) -> Mask:
    """Rows of a whole city (130500) beside rows of its counties (130502) in the same year."""
    codes = [str(code) for code in frame["code"]]
    whole = np.array([_CITY_CODE.fullmatch(code) is not None for code in codes], dtype=bool)
    keys = [(code[:4], year) for code, year in zip(codes, frame["year"], strict=True)]
    parted = {key for key, is_whole, code in zip(keys, whole, codes, strict=True) if code and not is_whole}
    return np.array([mark and key in parted for mark, key in zip(whole, keys, strict=True)], dtype=bool)


def _ages(draft: Draft, frame: pd.DataFrame) -> list[Finding]:
    """Errors for a table without a single figure by age, and for ages that are none."""
    wide = [name for name in frame.columns if name.startswith("age_") and frame[name].notna().any()]
    long = (frame["age"] != "") & frame["count"].notna()
    if not wide and not long.any():
        what = "No column and no row counts people of an age."
        fix = "Head the columns 0岁, 1-4岁, 5-9岁 … (or age0, age1_4 …), or write one row an age: 年龄, 人数."
        return [error(draft.source, "ages-without-figures", what, fix=fix)]
    wrong = (frame["age"] != "") & ~frame["age"].str.fullmatch(r"\d{1,3}(-\d{1,3})?\+?")
    if not wrong.any():
        return []
    shown = ", ".join(repr(text) for text in dict.fromkeys(frame["age"][wrong]))
    what = f"{int(wrong.sum()):,} rows have no age geoplan knows: {shown[:200]}."
    return [error(draft.source, "bad-age", what, rows=frame.index[wrong], fix="Write 3 or 5-9.")]
