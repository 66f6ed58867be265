"""What is missing, in the words of the layer files: `schools: ownership (公办民办)`."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from geoplan.inputs.schema import read_schema
from geoplan.ledger.world import PLACE
from geoplan.types import Stage

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geoplan.inputs.schema import LayerSchema
    from geoplan.ledger.reading import Need

_schema = cache(read_schema)
_REST = re.compile(r"[；，：]")


def needs_words(needs: Iterable[Need], *, either: bool = True) -> tuple[str, str]:
    """`needs schools: ownership, enrolment (公办民办 / 在校生数)` in Chinese and English.

    Args:
        needs: the layers and their columns.
        either: one of several would do; else the sentence only lists them.

    Raises:
        ConfigError: a bundled layer file is not as it should be.
    """
    every = tuple(needs)
    zh = ("；或 " if either else "；").join(_need_zh(need) for need in every)
    en = ("; or " if either else "; ").join(_need_en(need) for need in every)
    return f"缺数据：需要 {zh}", f"no data: needs {en}"


def _need_zh(need: Need) -> str:
    schema = _schema(None, need.role)
    words = "、".join(column_zh(schema, column) for column in need.columns)
    return f"{schema.title_zh}（{need.role}）" + (f"：{words}" if words else "")


def _need_en(need: Need) -> str:
    schema = _schema(None, need.role)
    if not need.columns:
        return f"{need.role} ({schema.title_zh})"
    chinese = " / ".join(column_zh(schema, column) for column in need.columns)
    return f"{need.role}: {', '.join(need.columns)} ({chinese})"


def column_zh(schema: LayerSchema, column: str) -> str:
    """The Chinese words for a column, or for `column=word`, one word that it may hold."""
    name, _, word = column.partition("=")
    if name == PLACE:
        return "位置"
    # readers keep the column `stage` under the name of what it becomes
    known = schema.columns.get("stage" if name == "stages" and "stage" in schema.columns else name)
    if known is None:
        return column
    # what the document says after the name is for those who fill the column in
    title = _REST.split(known.doc_zh, maxsplit=1)[0] or name
    if not word:
        return title
    if name == "stages":
        return f"{title}为“{Stage(word).zh}”"
    return f"{title}为“{next((each for each, value in known.words.items() if value == word and _han(each)), word)}”"


def _han(text: str) -> bool:
    return any("\u4e00" <= letter <= "\u9fff" for letter in text)
