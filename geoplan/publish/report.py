"""A report: sentences, cards, charts and tables that stand on one page, in one workbook and in one JSON file.

The page and the workbook are written from the same sheets, so that a total is the same wherever it is read.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geoplan.files import sha256, whole_or_nothing
from geoplan.publish.charts import as_png, as_svg
from geoplan.publish.json_file import write_json
from geoplan.publish.report_page import render_report
from geoplan.publish.sheets import Column, Sheet
from geoplan.publish.tables import write_workbook

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from geoplan.publish.charts import Chart
    from geoplan.publish.sheets import Value
    from geoplan.types import Finding, Words


FORMAT = "geoplan-report/1"
SEVERITY_ZH = {"error": "错误", "warning": "注意", "note": "说明"}


@dataclass(frozen=True)
class Card:
    """One figure that a deputy mayor reads first.

    Attributes:
        value: as it is shown; `unit` stands small behind it.
        tone: '', good, bad or doubt; never the only sign of it, the words say it, too.
    """

    zh: str
    en: str
    value: str
    unit: str = ""
    tone: str = ""


@dataclass(frozen=True)
class ReportTable:
    """A sheet as the page shows it.

    Attributes:
        note: what a reader must know of it, Chinese and English.
        filters: positions of columns that a reader may choose values of.
        chosen: values of them that the page begins with, by position.
        page_rows: so many rows stand on the page, 0 for all; the workbook has every row.
    """

    sheet: Sheet
    title: Words
    note: Words = ("", "")
    filters: tuple[int, ...] = ()
    chosen: tuple[tuple[int, str], ...] = ()
    page_rows: int = 0


@dataclass(frozen=True, eq=False)
class Report:
    """All that is written of one report; its figures are published ones, small counts already hidden.

    Attributes:
        stem: name of the files without their ending.
        title, subtitle, headline, notices, footer: Chinese and English.
        facts: what the JSON file holds beside the tables; published figures only.
        provenance: inputs with their hashes, versions, profile.
    """

    stem: str
    title: Words
    project: str
    author: str
    data_date: str
    headline: tuple[Words, ...]
    cards: tuple[Card, ...]
    charts: tuple[Chart, ...]
    tables: tuple[ReportTable, ...]
    notices: tuple[Words, ...] = ()
    findings: tuple[Finding, ...] = ()
    footer: tuple[Words, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    provenance: Mapping[str, Any] = field(default_factory=dict)


def write_report(report: Report, out: Path, *, progress: Callable[[str], None]) -> Path:
    """Write `<stem>.html`, `.xlsx`, `.json` and one `.png` for each chart; all of them, or none.

    Returns:
        The path of the page.

    Raises:
        PublishError: the folder cannot be written, or the page would refer to something outside itself.
    """
    # what is published names files, never the folders of a machine
    named = tuple(replace(finding, file=Path(finding.file).name) for finding in dict.fromkeys(report.findings))
    report = replace(report, findings=named)
    with whole_or_nothing(out) as scratch:
        progress("图表 / charts")
        pictures = {chart.id: as_svg(chart) for chart in report.charts}
        for chart in report.charts:
            (scratch / f"{report.stem}-{chart.id}.png").write_bytes(as_png(chart))
        progress("网页 / page")
        page = scratch / f"{report.stem}.html"
        page.write_text(render_report(report, pictures), encoding="utf-8", newline="\n")
        progress("表格 / tables")
        sheets = (*(table.sheet for table in report.tables), notes_sheet(report))
        write_workbook(sheets, scratch / f"{report.stem}.xlsx", title=report.title[0], author=report.author)
        written = sorted(path for path in scratch.iterdir() if path.is_file())
        write_json(
            {
                "format": FORMAT,
                "title": {"zh": report.title[0], "en": report.title[1]},
                "project": {"name": report.project, "author": report.author, "data_date": report.data_date},
                "sentences": [{"zh": zh, "en": en} for zh, en in report.headline],
                **report.facts,
                "tables": {table.sheet.name: records(table.sheet) for table in report.tables},
                "findings": [finding.as_dict() for finding in report.findings],
                "provenance": report.provenance,
                "outputs_sha256": {path.name: sha256(path) for path in written},
            },
            scratch / f"{report.stem}.json",
        )
    return out / page.name


def records(sheet: Sheet) -> list[dict[str, Value]]:
    """The rows of a sheet by the English names of its columns; by the Chinese ones where these repeat (years)."""
    english = Counter(column.en for column in sheet.columns)
    names = [column.en if english[column.en] == 1 else column.zh for column in sheet.columns]
    return [dict(zip(names, row, strict=True)) for row in sheet.rows]


def notes_sheet(report: Report) -> Sheet:
    """说明: the sentences of the report, its findings and where its data come from."""
    rows = [("摘要 / summary", zh, en) for zh, en in report.headline]
    rows += [("须知 / notice", zh, en) for zh, en in report.notices]
    rows += [
        (f"{SEVERITY_ZH[finding.severity.value]} / {finding.severity.value}", "", str(finding).partition(": ")[2])
        for finding in report.findings
    ]
    rows += [("出处 / source", zh, en) for zh, en in report.footer]
    columns = (
        Column("类别", "kind", width=16),
        Column("说明", "in Chinese", "lines", 70),
        Column("英文", "in English", "lines", 70),
    )
    return Sheet("说明", columns, tuple(rows))
