"""OpenStreetMap's `other_tags` as GDAL writes them: `"bridge"=>"yes","foot"=>"no"`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable

_PAIR = re.compile(r'"((?:[^"\\]|\\.)*)"=>"((?:[^"\\]|\\.)*)"')
_ESCAPE = re.compile(r"\\(.)")


def parse_tags(text: object) -> dict[str, str]:
    """The tags of one feature; {} for a blank cell."""
    if not isinstance(text, str):
        return {}
    return {_ESCAPE.sub(r"\1", key): _ESCAPE.sub(r"\1", value) for key, value in _PAIR.findall(text)}


def with_tags(frame: pd.DataFrame, wanted: Iterable[str]) -> pd.DataFrame:
    """`frame` with each wanted tag that occurs in `other_tags` (removed itself) as a column, None where absent.

    A tag that GDAL gives some kinds of feature a column for, and others not, ends up in that one column.
    """
    if "other_tags" not in frame.columns:
        return frame
    tags = [parse_tags(text) for text in frame["other_tags"]]
    present = set().union(*tags) if tags else set()
    columns = {}
    for name in dict.fromkeys(name for name in wanted if name in present):
        known = frame[name] if name in frame.columns else [None] * len(frame)
        cells = [cell if isinstance(cell, str) else found.get(name) for cell, found in zip(known, tags, strict=True)]
        columns[name] = pd.Series(cells, index=frame.index, dtype=object)
    kept = frame.drop(columns=["other_tags", *columns], errors="ignore")
    return pd.concat([kept, pd.DataFrame(columns, index=frame.index)], axis=1)
