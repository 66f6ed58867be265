"""The page of a report: one HTML file without a map, assembled where every page is."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from geoplan.publish.finding_words import finding_rows
from geoplan.publish.page import assemble_report

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from geoplan.publish.report import Report, ReportTable

VERSION = 1
_SCRIPTS = (
    "app/text.js", "app/language.js", "app/state.js", "app/cells.js", "app/tables.js", "app/masthead.js",
    "report/data.js", "report/columns.js", "report/filters.js", "report/main.js",
)  # fmt: skip


def render_report(report: Report, pictures: Mapping[str, str]) -> str:
    """The page as one string of HTML; the same report always gives the same string.

    Args:
        pictures: SVG text of each chart by its id.

    Raises:
        PublishError: as for every page, see `publish.page`.
    """
    return assemble_report(report_payload(report, pictures), "report.html", _SCRIPTS)


def report_payload(report: Report, pictures: Mapping[str, str]) -> dict[str, Any]:
    """The payload of the page as plain values."""
    return {
        "version": VERSION,
        "title": report.title[0],
        "title_en": report.title[1],
        "project": report.project,
        "author": report.author,
        "data_date": report.data_date,
        "notices": _pairs(report.notices),
        "summary": _pairs(report.headline),
        "cards": [
            {"zh": card.zh, "en": card.en, "value": card.value, "unit": card.unit, "tone": card.tone}
            for card in report.cards
        ],
        "charts": [
            {
                "id": chart.id,
                "zh": chart.title[0],
                "en": chart.title[1],
                "alt": {"zh": chart.alt[0], "en": chart.alt[1]},
                "picture": "data:image/svg+xml;base64," + base64.b64encode(pictures[chart.id].encode()).decode(),
            }
            for chart in report.charts
        ],
        "tables": [_table(table) for table in report.tables],
        "findings": finding_rows(report.findings, {}, {}),
        "footer": _pairs(report.footer),
    }


def _table(table: ReportTable) -> dict[str, Any]:
    sheet = table.sheet
    shown = sheet.rows[: table.page_rows] if table.page_rows else sheet.rows
    return {
        "id": sheet.name,
        "zh": table.title[0],
        "en": table.title[1],
        "note": _note(table),
        "filters": list(table.filters),
        "chosen": [list(pair) for pair in table.chosen],
        "columns": [{"zh": column.zh, "en": column.en, "kind": column.kind} for column in sheet.columns],
        "rows": [list(row) for row in shown],
    }


def _note(table: ReportTable) -> dict[str, str] | None:
    """The table's note, and that the page does not show all of it."""
    zh, en = table.note
    every = len(table.sheet.rows)
    if table.page_rows and every > table.page_rows:
        zh = f"{zh}本页只列前{table.page_rows:,}行，共{every:,}行，全部见工作簿。"
        en = f"{en} The page shows the first {table.page_rows:,} of {every:,} rows; the workbook has all.".strip()
    return {"zh": zh, "en": en} if zh else None


def _pairs(lines: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"zh": zh, "en": en} for zh, en in lines]
