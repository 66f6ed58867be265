"""The answer table (意见汇总与答复表): what readers wrote and what the office answered, kept by id from run to run."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from typing import TYPE_CHECKING

import numpy as np

from geoplan.crs import from_lonlat
from geoplan.errors import PublishError
from geoplan.publish.remarks_join import stage_zh
from geoplan.publish.remarks_read import own_id
from geoplan.publish.sheets import Column, Sheet

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from geoplan.publish.remarks_join import Joined
    from geoplan.types import Layers

SHEET = "意见汇总与答复表"
SHEETS = (SHEET, "汇总", "核查")
COLUMNS = (
    Column("编号", "id", width=13),
    Column("收到日期", "received", width=12),
    Column("学段", "stage", width=16),
    Column("位置", "position", width=22),
    Column("最近居住点", "nearest place", width=18),
    Column("片区", "district", width=14),
    Column("涉及学校或选址", "concerns", width=24),
    Column("意见原文", "remark", "lines", 60),
)
CHECKED = (
    Column("方案版本", "plan", width=15),
    Column("核查", "checks", "lines", 30),
    Column("来件", "file", width=20),
)
ANSWERED = (
    Column("分类", "category", width=14),
    Column("答复", "answer", "lines", 50),
    Column("采纳情况", "adopted", width=12),
    Column("状态", "status", width=12),
)
OWN = ("plan", "checks", "file", "category", "answer", "adopted", "status")
_FILLED = ("received", *(column.en for column in ANSWERED))
"""What the office writes; a cell that holds something is never overwritten."""
_PAIR = re.compile(r"(-?\d+(?:\.\d+)?), (-?\d+(?:\.\d+)?)")


@dataclass(frozen=True)
class Answers:
    """The answer table of an earlier run.

    Attributes:
        rows: by id: cells by the English names of the columns.
        extra: headers that the office added, in their order.
    """

    rows: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    extra: tuple[str, ...] = ()

    def merged(self, joined: Sequence[Joined], layers: Layers) -> tuple[dict[str, str], ...]:
        """The rows of the new table: earlier ones in their order with their answers, then what is new."""
        fresh = {each.remark.id: _row(each, is_local=layers.is_local) for each in joined}
        blank = dict.fromkeys((*(column.en for column in (*COLUMNS, *CHECKED, *ANSWERED)), *self.extra), "")
        found = []
        for identifier, old in self.rows.items():
            new = fresh.pop(identifier, {})
            kept = {key: old[key] for key in (*_FILLED, *self.extra) if old.get(key)}
            found.append(blank | dict(old) | new | kept)
        return (*found, *(blank | row for row in fresh.values()))

    def parted(self, joined: Sequence[Joined]) -> tuple[Joined, ...]:
        """The remarks; one whose text is not the one that was answered under its id has an id of its own."""
        found = []
        for each in joined:
            known = self.rows.get(each.remark.id, {}).get("remark", "")
            if known and _plain(known) != _plain(each.remark.text):
                check = f"与{each.remark.id}同号而内容不同 not the text of {each.remark.id}"
                own = replace(each.remark, id=own_id(each.remark))
                each = replace(each, remark=own, checks=(*each.checks, check))  # noqa: PLW2901  the same under its id
            found.append(each)
        return tuple({each.remark.id: each for each in found}.values())

    def positions(self, layers: Layers) -> dict[str, tuple[float, float]]:
        """Where the remarks of the earlier table lie, in the project's CRS, by id."""
        pairs = {key: match for key, row in self.rows.items() if (match := _PAIR.fullmatch(row.get("position", "")))}
        at = np.array([[float(match[1]), float(match[2])] for match in pairs.values()], dtype=float).reshape(-1, 2)
        if layers.crs is not None and len(at):
            at = from_lonlat(layers.crs, at[:, ::-1])
        return {key: (float(x), float(y)) for key, (x, y) in zip(pairs, at, strict=True) if np.isfinite([x, y]).all()}


def _plain(text: str) -> str:
    """A text without what a workbook may change in it: blanks, and its own way to write `_x`."""
    return re.sub(r"_x005F|\s", "", text)


def _row(each: Joined, *, is_local: bool) -> dict[str, str]:
    remark = each.remark
    digits = 2 if is_local else 6
    return {
        "id": remark.id,
        "received": remark.date,
        "stage": stage_zh(remark.stage),
        "position": "" if remark.at is None else ", ".join(f"{value:.{digits}f}" for value in remark.at),
        "nearest place": each.place,
        "district": each.district,
        "concerns": each.concerns,
        "remark": remark.text,
        "plan": remark.plan,
        "checks": "；".join(each.checks),
        "file": remark.file,
    }


def answer_sheet(rows: Sequence[Mapping[str, str]], answers: Answers) -> Sheet:
    """意见汇总与答复表: one row for each remark; category, answer, adoption and state are the office's."""
    columns = (*COLUMNS, *ANSWERED, *CHECKED, *(Column(name, name, width=18) for name in answers.extra))
    names = [column.en for column in columns]
    return Sheet(SHEET, columns, tuple(tuple(row[name] for name in names) for row in rows), frozen=1)


def read_answers(path: Path) -> Answers:
    """The answers of an earlier table; none where there is no such file.

    Raises:
        PublishError: it is no workbook, or its sheet or its column of ids is gone, or two rows have one id.
    """
    if not path.is_file():
        return Answers()
    heads, rows = _cells(path)
    known = {column.zh: column.en for column in (*COLUMNS, *CHECKED, *ANSWERED)}
    names = [known.get(head, head) for head in heads]
    if twice := sorted({name for name in names if name and names.count(name) > 1}):
        raise PublishError(f"{path}: two columns are called {', '.join(twice)}. {_KEEP}")
    if "id" not in names:
        raise PublishError(f"{path}: the sheet {SHEET} has no column 编号. {_KEEP}")
    found: dict[str, dict[str, str]] = {}
    for number, cells in enumerate(rows, start=2):
        row = {name: cell for name, cell in zip(names, cells, strict=False) if name}
        if nameless := [cell for name, cell in zip_longest(names, cells, fillvalue="") if cell and not name]:
            raise PublishError(
                f"{path}: row {number}: {nameless[0][:40]!r} stands in a column without a header. {_KEEP}"
            )
        if not any(row.values()):
            continue
        if row["id"] in found or not row["id"]:
            what = "appears twice" if row["id"] else "is missing"
            raise PublishError(f"{path}: row {number}: the id {row['id']!r} {what}. {_KEEP}")
        found[row["id"]] = row
    extra = tuple(name for name in names if name and name not in known.values())
    return Answers(found, extra)


_KEEP = "Mend the table, or move it away to begin a new one; nothing was written."


def _cells(path: Path) -> tuple[list[str], list[list[str]]]:
    """Headers (their first line) and rows of the answer sheet, everything as text."""
    import openpyxl  # noqa: PLC0415  heavy
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415

    try:
        book = openpyxl.load_workbook(path, read_only=True)
    except (zipfile.BadZipFile, KeyError, OSError, ValueError, InvalidFileException) as error:
        raise PublishError(f"{path} cannot be read as a workbook: {error}. {_KEEP}") from error
    try:
        if SHEET not in book.sheetnames:
            raise PublishError(f"{path} has no sheet {SHEET}. {_KEEP}")
        if others := [name for name in book.sheetnames if name not in SHEETS]:
            raise PublishError(f"{path}: the sheet {others[0]} is not geoplan's and would be lost. {_KEEP}")
        first, *rest = [[_text(cell) for cell in row] for row in book[SHEET].iter_rows(values_only=True)] or [[]]
    finally:
        book.close()
    return [head.split("\n")[0].strip() for head in first], rest


def _text(cell: object) -> str:
    """A cell as text; a date without its midnight."""
    return "" if cell is None else str(cell).removesuffix(" 00:00:00")
