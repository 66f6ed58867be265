"""Official totals beside what the layers hold, as a table: the whole first, then county by county."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoplan.inputs.totals import ZH
from geoplan.publish.report import ReportTable
from geoplan.publish.sheets import Column, Sheet

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geoplan.inputs.totals import TotalsRow

_AGREES = {True: "一致 / agrees", False: "有出入 / differs", None: "无官方数 / no official figure"}
_WHOLE, _NOWHERE = "全域 / the whole", "不在任何区县 / in no district"


def totals_table(rows: Iterable[TotalsRow]) -> ReportTable:
    """Every official figure of `[totals]` beside what the layers hold; without rows where none is given.

    Args:
        rows: of `geoplan.inputs.totals.check_totals`.
    """
    columns = (
        Column("指标", "figure", width=26),
        Column("区县", "county", width=18),
        Column("官方数", "official", "count"),
        Column("图层数", "in the layer", "count"),
        Column("相差", "difference", "count"),
        Column("相差比例", "share", "share"),
        Column("判断", "judged", width=20),
        Column("容差", "tolerance", "share"),
        Column("年份", "year", "year", 8),
        Column("出处", "source", width=30),
        Column("图层文件", "file", width=24),
    )
    cells = tuple(
        (
            f"{ZH[row.what]} / {row.what.replace('_', ' ')}",
            {"": _WHOLE, "-": _NOWHERE}.get(row.place, row.label or row.place),
            row.official, row.found, row.difference, row.share, _AGREES[row.agrees],
            row.tolerance if row.official is not None else None, row.year, row.source, row.file,
        )
        for row in rows
    )  # fmt: skip
    note = (
        "官方数取自project.toml的[totals]；差额只列出，不分摊。",
        "Official figures are those of [totals] in project.toml; a difference is told, never spread.",
    )
    sheet = Sheet("官方总数核对", columns, cells, frozen=2)
    return ReportTable(sheet, ("官方总数核对", "Official totals"), note, filters=(0, 6))
