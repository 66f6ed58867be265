"""The list of names to be settled by hand, as XLSX to be filled in and as CSV; read back as `settled`."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from geoplan.config import LayerConfig
from geoplan.errors import PublishError
from geoplan.inputs.findings import RefusedError
from geoplan.inputs.name_clues import ACCEPT, MARGIN, OFFER, Clue
from geoplan.inputs.name_table import COLUMNS, STEM, read_settled
from geoplan.publish.sheets import Column, Sheet
from geoplan.publish.tables import write_workbook

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from geoplan.inputs.name_table import NameTable
    from geoplan.publish.sheets import Value

_WIDTHS = {"学校名称": 30.0, "候选A名称": 30.0, "候选A理由": 36.0, "地址": 24.0, "决定": 12.0}


def write_names(tables: Sequence[NameTable], folder: Path) -> list[Path]:
    """Write `名称匹配表.xlsx` and `.csv` for each table; the second one has a 2 behind its name.

    Raises:
        PublishError: they cannot be written.
    """
    written = []
    for number, table in enumerate(tables, start=1):
        stem = folder / (STEM if number == 1 else f"{STEM}{number}")
        sheets = (_names(table), _notes(table))
        write_workbook(sheets, stem.with_suffix(".xlsx"), title=STEM, author="")
        rows = [[zh for zh, _ in COLUMNS], *([_plain(cell) for cell in row.cells()] for row in table.rows)]
        with stem.with_suffix(".csv").open("w", encoding="utf-8-sig", newline="") as stream:
            csv.writer(stream, lineterminator="\r\n").writerows(rows)
        written += [stem.with_suffix(".xlsx"), stem.with_suffix(".csv")]
    return written


def refuse_to_overwrite(folder: Path, used: Collection[Path]) -> None:
    """A list that somebody has filled in is not written over, unless its decisions were read by this run.

    Args:
        used: absolute paths of the files that were read.

    Raises:
        PublishError: there is such a list.
    """
    for path in sorted((*folder.glob(f"{STEM}*.xlsx"), *folder.glob(f"{STEM}*.csv"))):
        if path.resolve() in used:
            continue
        try:
            decisions, _ = read_settled(path, LayerConfig("schools", path.name))
        except RefusedError:  # whatever it is, it holds no decisions that could be read back
            continue
        if decisions:
            raise PublishError(
                f"{path} holds {len(decisions):,} decisions made by hand, which would be lost. Use them (settled in "
                "locate_from, or --settled), move the file away, or choose another folder with --out."
            )


def _names(table: NameTable) -> Sheet:
    columns = tuple(Column(zh, en, "text", _WIDTHS.get(zh, 14.0)) for zh, en in COLUMNS)
    rows: tuple[tuple[Value, ...], ...] = tuple(tuple(_plain(cell) for cell in row.cells()) for row in table.rows)
    return Sheet(STEM, columns, rows, frozen=2)


def _plain(cell: str | float) -> str:
    """A score as text: the same in both files, and no spreadsheet rounds it."""
    return cell if isinstance(cell, str) else f"{cell:.3f}"


def _notes(table: NameTable) -> Sheet:
    use_zh = (
        f'[layers.schools] locate_from = {{ path = "{table.places}", settled = "本表文件名" }}；人工决定优先于得分。'
    )
    use_en = (
        f'[layers.schools] locate_from = {{ path = "{table.places}", settled = "this file" }}; a decision goes first.'
    )
    score_zh = (
        f"每处疑问是得分的上限，取最低者。{ACCEPT:g}以上且领先其他{MARGIN:g}以上才自动采用；{OFFER:g}以上为待定。"
    )
    score_en = (
        f"Each doubt is a ceiling, and the lowest counts. {ACCEPT:g} or more and {MARGIN:g} ahead of any other is "
        f"accepted; from {OFFER:g} on it is left open."
    )
    fill_zh = "在“决定”列填A、B或C（对应候选），或地点的编号，或“无”（地点表中没有该学校）。留空则按得分处理。"
    fill_en = "In 决定 write A, B or C for a candidate, the id of a place, or 无 (none). Blank leaves it to the score."
    rows = (
        ("怎样填写 / how to fill in", fill_zh, fill_en),
        ("怎样使用 / how to use", use_zh, use_en),
        ("得分 / score", score_zh, score_en),
        *((f"上限 / at most {clue.ceiling:.2f}", clue.zh, clue.en) for clue in Clue if clue.ceiling < 1),
    )
    columns = (
        Column("项目", "item", "lines", 26),
        Column("中文", "Chinese", "lines", 70),
        Column("英文", "English", "lines", 70),
    )
    return Sheet("说明", columns, rows, frozen=1)
