"""校名索引: the names behind the numbers of a map, in its panel where they are few, else on sheets that follow it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoplan.publish.atlas import phrases
from geoplan.publish.atlas.notes import notes
from geoplan.publish.atlas.page import BLOCK_MM, FRAME, TITLE_MM
from geoplan.publish.atlas.panel import heading
from geoplan.publish.atlas.sheet import AtlasSheet, SheetTable, TableColumn
from geoplan.publish.atlas.tables import draw_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geoplan.publish.atlas.page import Page
    from geoplan.publish.atlas.school_names import Entry, Named
    from geoplan.types import Words


_LISTS, _ROW_MM, _POINTS, _BETWEEN_MM = 5, 4.5, 6.8, 4.0
_PANEL_ROW_MM, _PANEL_POINTS = 3.8, 6.4
_ROOM_MM = FRAME[3] - TITLE_MM - 8 - FRAME[1] - BLOCK_MM - 2
_FIT = int(_ROOM_MM // _ROW_MM) - 1


def index_title(title: str) -> str:
    """What the sheet of the index of a map is called."""
    return f"{title}·校名索引"


def index_in_panel(page: Page, named: Named) -> None:
    """The names of a few schools, in two columns."""
    if not (entries := named.entries):
        return
    heading(page, "校名索引", "Schools by number")
    west, east = page.panel
    wide, top, half = (east - west - 3) / 2, page.top, -(-len(entries) // 2)
    columns = (TableColumn("编号", 6, "right"), TableColumn("校名", 36))
    for part in range(2):
        page.top = top
        rows = [each[:2] for each in entries[part * half : (part + 1) * half]]
        x = west + part * (wide + 3)
        if rows:
            table, across = SheetTable("", columns, ()), (x, x + wide)
            draw_table(page, table, rows, across, row_mm=_PANEL_ROW_MM, points=_PANEL_POINTS)
    page.top = top - (half + 1) * _PANEL_ROW_MM - 2


def index_sheets(entries: Sequence[Entry], slug: str, key: str, title: Words, of: str) -> list[AtlasSheet]:
    """The sheets of an index that is too long for a panel; none where there are no entries.

    Args:
        slug: part of the names of their pictures.
        key: their id.
        title: of the map, Chinese and English.
        of: head of the column that says the district or the stages.
    """
    fit = _FIT * _LISTS
    parts = [entries[start : start + fit] for start in range(0, len(entries), fit)]
    return [
        AtlasSheet(
            key if number == 1 else f"{key}-{number}",
            slug,
            (
                index_title(title[0]) + ("" if len(parts) == 1 else f"（{number}/{len(parts)}）"),
                f"{title[1]}: index of schools",
            ),
            lambda page, part=part: _index(page, part, of),  # type: ignore[misc]
        )
        for number, part in enumerate(parts, start=1)
    ]


def _index(page: Page, entries: Sequence[Entry], of: str) -> None:
    west, _, east, north = FRAME
    lists = min(_LISTS, -(-len(entries) // _FIT))
    rows = -(-len(entries) // lists)
    wide = (east - west - 16 - (_LISTS - 1) * _BETWEEN_MM) / _LISTS
    columns = (TableColumn("编号", 3, "right"), TableColumn("校名", 30), TableColumn(of, 10))
    for part in range(lists):
        page.top = north - TITLE_MM - 8
        x = west + 8 + part * (wide + _BETWEEN_MM)
        here = entries[part * rows : (part + 1) * rows]
        draw_table(page, SheetTable("", columns, ()), here, (x, x + wide), row_mm=_ROW_MM, points=_POINTS)
    notes(page, ["编号与图上一致；图上写有校名的学校不列。", *phrases.common_notes(page.folio)])
