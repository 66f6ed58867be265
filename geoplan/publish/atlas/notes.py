"""说明: what every sheet says under its map, and the sheet of general notes, which has room for all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoplan.publish.atlas import phrases
from geoplan.publish.atlas.letters import LEAST_POINTS, MM_PER_POINT, wrapped
from geoplan.publish.atlas.page import BLOCK_MM, FRAME, NOTES_MM, PANEL_MM, TITLE_MM
from geoplan.publish.atlas.sheet import BLUE, INK, SOFT, AtlasSheet

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from geoplan.publish.atlas.page import Page
    from geoplan.publish.atlas.sheet import Folio

    Block = list[str]

GENERAL = ("总说明", "General notes")
_POINTS = (6.6, 6.3, LEAST_POINTS)
_LINE, _NUMBER_MM, _HEAD_MM, _BETWEEN_MM = 1.32, 3.8, 7.0, 8.0
_PAGE_POINTS, _PAGE_LINE, _PAGE_NUMBER_MM = 8.6, 1.5, 6.0


def notes(page: Page, lines: Sequence[str]) -> None:
    """说明 under the map, or in its place on a sheet without one: numbered, in two columns.

    A note is not divided between the columns. Where not all have room, those that stand first go first, and a last
    line names the sheet of general notes, where all of them stand.
    """
    west, south, east, _ = FRAME
    west, east, top = west + 6, east - PANEL_MM - 6, south + NOTES_MM
    wide = (east - west - _BETWEEN_MM) / 2
    page.write(west, top - 3.6, "说明", 7, bold=True, colour=BLUE)
    columns, points = _fitted([line for line in lines if line], wide - _NUMBER_MM)
    high = points * MM_PER_POINT * _LINE
    number = 0
    for column, blocks in enumerate(columns):
        x, y = west + column * (wide + _BETWEEN_MM), top - _HEAD_MM + 0.4 - 0.5 * high
        for block in blocks:
            number += 1
            page.write(x, y, f"{number}.", points, colour=SOFT)
            for line in block:
                page.write(x + _NUMBER_MM, y, line, points, colour=SOFT)
                y -= high


def _fitted(lines: Sequence[str], wide: float) -> tuple[list[list[Block]], float]:
    """The notes, each as its lines, in two columns; and the size of the letters."""
    for points in _POINTS:
        blocks = [wrapped(line, points, wide) for line in lines]
        sizes = [len(block) for block in blocks]
        for cut in range(len(blocks), -1, -1):
            if max(sum(sizes[:cut]), sum(sizes[cut:])) <= _lines_of(points):
                return [blocks[:cut], blocks[cut:]], points
    room = [_lines_of(LEAST_POINTS), _lines_of(LEAST_POINTS) - 1]
    columns: list[list[Block]] = [[], []]
    for block in blocks:
        at = next((at for at in (0, 1) if len(block) <= room[at]), None)
        if at is not None:
            columns[at].append(block)
            room[at] -= len(block)
    left = len(blocks) - sum(len(column) for column in columns)
    columns[1].append([f"另有 {left} 条见“{GENERAL[0]}”。 {left} more: see {GENERAL[1]}."])
    return columns, LEAST_POINTS


def _lines_of(points: float) -> int:
    """Lines of a column."""
    return int((NOTES_MM - _HEAD_MM) // (points * MM_PER_POINT * _LINE))


def general_sheets(folio: Folio) -> list[AtlasSheet]:
    """总说明, on as many sheets as it takes: everything that a sheet may have no room for."""
    high = _PAGE_POINTS * MM_PER_POINT * _PAGE_LINE
    fit = int((FRAME[3] - TITLE_MM - 12 - FRAME[1] - BLOCK_MM - 4) // high)
    columns: list[list[tuple[str, str]]] = [[]]
    for mark, block in _general_blocks(folio):
        if len(columns[-1]) + len(block) > fit and columns[-1]:
            columns.append([])
        columns[-1] += [(mark if at == 0 else "", line) for at, line in enumerate(block)]
    pages = [columns[start : start + 2] for start in range(0, len(columns), 2)]
    return [
        AtlasSheet(
            "notes" if number == 1 else f"notes-{number}",
            "notes",
            (GENERAL[0] + ("" if len(pages) == 1 else f"（{number}/{len(pages)}）"), GENERAL[1]),
            lambda page, these=these: _general(page, these),  # type: ignore[misc]
        )
        for number, these in enumerate(pages, start=1)
    ]


def _general_blocks(folio: Folio) -> Iterator[tuple[str, Block]]:
    """Headings, marked ■, and numbered notes, each as its lines."""
    wide = _column_mm() - _PAGE_NUMBER_MM
    for title, lines in phrases.general_notes(folio):
        if lines:
            yield "■", [title]
        for number, line in enumerate(lines, start=1):
            yield f"{number}.", wrapped(line, _PAGE_POINTS, wide)


def _column_mm() -> float:
    return (FRAME[2] - FRAME[0] - 20 - 12) / 2


def _general(page: Page, columns: Sequence[Sequence[tuple[str, str]]]) -> None:
    high = _PAGE_POINTS * MM_PER_POINT * _PAGE_LINE
    for number, lines in enumerate(columns):
        x, y = FRAME[0] + 10 + number * (_column_mm() + 12), FRAME[3] - TITLE_MM - 10
        for mark, line in lines:
            is_title = mark == "■"
            if is_title:
                page.write(x, y, line, _PAGE_POINTS + 0.6, bold=True, colour=BLUE)
            else:
                page.write(x, y, mark, _PAGE_POINTS, colour=SOFT)
                page.write(x + _PAGE_NUMBER_MM, y, line, _PAGE_POINTS, colour=INK)
            y -= high
