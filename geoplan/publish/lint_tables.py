"""The statutory tables beside figures.json: pupils of every year and scenario, and seats against them, by district."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from geoplan.publish.figures import part
from geoplan.publish.lint_cells import Place, column_letters
from geoplan.types import Stage

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_SCENARIOS = {"低方案": "low", "中方案": "middle", "高方案": "high"}
_BALANCE = {"学生": "pupils", "公办学位": "seats", "缺口": "short", "空余": "surplus"}
_YEAR = re.compile(r"(\d{4})")
MOST_HEAD_ROWS = 8


def table_differences(workbook: Path, figures: Path) -> Iterator[tuple[Place, str, object, object]]:
    """`(sheet and cell, id of the figure, in the figure, in the cell)` of each cell that says another number.

    Args:
        workbook: one with printed tables; sheets of other kinds are passed over.
        figures: figures.json of the same publication.
    """
    import openpyxl  # noqa: PLC0415  heavy

    known = json.loads(figures.read_text(encoding="utf-8"))["figures"]
    book = openpyxl.load_workbook(workbook, read_only=True)
    try:
        for page in book.worksheets:
            for place, key, value in _cells(page.title, page.iter_rows(values_only=True)):
                if key in known and not _same(known[key].get("value"), value):
                    yield place, key, known[key].get("value"), value
    finally:
        book.close()


def _same(figure: object, cell: object) -> bool:
    if isinstance(figure, int | float) and isinstance(cell, int | float):
        return round(figure) == round(cell)
    return figure == cell or (figure is None and cell == "—")


def _cells(sheet: str, rows: Iterator[Sequence[Any]]) -> Iterator[tuple[Place, str, Any]]:
    """Every cell of a sheet that a figure speaks of, under the figure's id."""
    heads: list[str] = []
    for number, row in enumerate(rows, start=1):
        if not heads:
            found = [str(cell or "").split("\n")[0].strip() for cell in row]
            if {"编号", "学段"} <= set(found) and {"方案", "学年"} & set(found):
                heads = found
            elif number > MOST_HEAD_ROWS:
                return
            continue
        named = dict(zip(heads, row, strict=False))
        stage = next((each.value for each in Stage if each.zh == named.get("学段")), None)
        if stage is None:
            continue
        tail = f".{part(str(named['编号']))}" if named.get("编号") else ""
        for position, (head, value) in enumerate(zip(heads, row, strict=False)):
            key = _key(head, stage, named)
            if key and value is not None:
                yield Place(sheet, f"{column_letters(position)}{number}"), f"{key[0]}{tail}{key[1]}", value


def _key(head: str, stage: str, row: dict[str, Any]) -> tuple[str, str] | None:
    """Beginning and end of the id of the figure that stands under a header, or None."""
    scenario, year = _SCENARIOS.get(str(row.get("方案"))), row.get("学年")
    if scenario is not None and (match := _YEAR.fullmatch(head)):
        return f"pupils.{stage}.{match[1]}.{scenario}", ""
    if year is not None and head in _BALANCE:
        return f"seats.{stage}.{year}", f".{_BALANCE[head]}"
    return None
