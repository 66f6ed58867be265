"""The data-quality report of an intake: files and how they were read, columns, every change with its row, findings."""

from __future__ import annotations

import platform
from collections import Counter, defaultdict
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from geoplan.files import sha256
from geoplan.inputs.changes import Why
from geoplan.publish.report import Card, Report, ReportTable
from geoplan.publish.sheets import Column, Sheet
from geoplan.publish.totals_table import totals_table
from geoplan.types import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from geoplan.inputs.changes import Change
    from geoplan.inputs.intake import Taken
    from geoplan.inputs.understood import LayerReading
    from geoplan.types import Words


STEM = "intake"
PAGE_CHANGES = 2_000
"""So many lines of changes stand on the page; the workbook and the JSON file have all."""
_LONGEST_LIST = 8_000
_ROWS_LEFT_OUT = {Why.TOTAL_ROW, Why.NOTE_ROW, Why.HEADER_ROW, Why.SECTION_ROW, Why.LEFT_OUT}


def intake_report(taken: Taken) -> Report:
    """The report as page, workbook and JSON file."""
    changes = taken.log.changes
    counts = Counter(finding.severity for finding in taken.findings)
    inputs = {name: sha256(path) for name, path in sorted(taken.paths.items()) if path.is_file()}
    return Report(
        stem=STEM,
        title=("数据质量报告", "Data quality report"),
        project=taken.name,
        author="",
        data_date="",
        headline=tuple(headline(taken)),
        cards=_cards(taken, counts),
        charts=(),
        tables=(_files(taken), _columns(taken), _changes(changes), *_totals(taken)),
        notices=tuple(_refused(taken)),
        findings=taken.findings,
        footer=tuple((f"{name}  sha256 {digest}", f"{name}, sha256 {digest}") for name, digest in inputs.items()),
        facts={
            "layers": [
                {"name": each.name, "role": each.layer.role, "file": each.layer.file, "rows": len(each.layer)}
                for each in taken.layers
            ],
            "refused": [{"role": role, "file": file} for role, file in taken.refused],
            "readings": [reading.as_dict() for reading in taken.log.readings],
            "changes": changes_alike(changes),
            "totals": [row.as_dict() for row in taken.totals],
        },
        provenance={
            "inputs_sha256": inputs,
            "versions": {"geoplan": version("geoplan"), "python": platform.python_version()},
        },
    )


def headline(taken: Taken) -> list[Words]:
    """What a planner reads first."""
    changes = taken.log.changes
    files = len(taken.log.readings)
    rows = sum(reading.rows for reading in taken.log.readings)
    lost = [change for change in changes if change.why in _ROWS_LEFT_OUT]
    cells = len(changes) - len(lost)
    lines = [
        (
            (
                f"{files}个文件，{rows:,}行数据；{len(lost):,}行（合计、注释、重复表头等）未计入，"
                f"{cells:,}个单元格的写法或含义有改动，逐项列于“更改”。"
            ),
            (
                f"{files} files with {rows:,} rows of data; {len(lost):,} rows (totals, notes, repeated headers) "
                f"left out, {cells:,} cells changed: each is listed under changes."
            ),
        )
    ]
    unknown = [change for change in changes if change.why is Why.UNKNOWN]
    if unknown:
        lines.append(
            (f"其中{len(unknown):,}个单元格无法识别。", f"{len(unknown):,} of the cells could not be understood.")
        )
    return lines


def _refused(taken: Taken) -> Iterable[Words]:
    for role, file in taken.refused:
        yield (
            f"{file}（{role}）有错误，未写入成果数据；请按下列“错误”修改后重新运行。",
            f"{file} ({role}) has errors and was not written; correct them and run again.",
        )


def _cards(taken: Taken, counts: Counter[Severity]) -> tuple[Card, ...]:
    lost = sum(change.why in _ROWS_LEFT_OUT for change in taken.log.changes)
    rows = sum(len(each.layer) for each in taken.layers)
    return (
        Card("写入的行", "rows written", f"{rows:,}", "行"),
        Card("未计入的行", "rows left out", f"{lost:,}", "行", "doubt" if lost else ""),
        Card("改动的单元格", "cells changed", f"{len(taken.log.changes) - lost:,}", "个"),
        Card("错误", "errors", f"{counts[Severity.ERROR]:,}", "项", "bad" if counts[Severity.ERROR] else "good"),
        Card("注意", "warnings", f"{counts[Severity.WARNING]:,}", "项", "doubt" if counts[Severity.WARNING] else ""),
    )


def _files(taken: Taken) -> ReportTable:
    changed = Counter((change.file, change.layer) for change in taken.log.changes)
    written = {(each.layer.file, each.layer.role): len(each.layer) for each in taken.layers}
    rows = tuple(
        (
            reading.file, reading.role, reading.rows, written.get((reading.file, reading.role), 0),
            len(reading.columns), len(reading.unused), changed[reading.file, reading.role], reading.places or "—",
        )
        for reading in taken.log.readings
    )  # fmt: skip
    columns = (
        Column("文件", "file", width=34),
        Column("图层", "layer"),
        Column("读入行", "rows read", "count"),
        Column("写入行", "rows written", "count"),
        Column("使用的列", "columns used", "count"),
        Column("未使用的列", "columns not used", "count"),
        Column("改动", "changes", "count"),
        Column("位置", "places", width=20),
    )
    return ReportTable(Sheet("文件", columns, rows), ("文件与读入情况", "Files and how they were read"))


def _columns(taken: Taken) -> ReportTable:
    rows = [row for reading in taken.log.readings for row in _column_rows(reading)]
    columns = (
        Column("文件", "file", width=26),
        Column("图层", "layer"),
        Column("原表头", "header in the file", width=24),
        Column("对应列", "geoplan's column", width=20),
        Column("类型", "type"),
        Column("非空", "filled", "count"),
        Column("可识别", "understood", "share"),
        Column("换算", "factor", "plain"),
        Column("样例", "samples", "lines", 44),
    )
    note = (
        "“—”为geoplan不使用的列，未写入成果数据，其内容也不在本报告中。",
        "— are columns that geoplan does not use; they are not written, and their cells are not shown.",
    )
    title = ("列的理解", "How columns were understood")
    return ReportTable(Sheet("列", columns, tuple(rows)), title, note=note, filters=(1,))


def _totals(taken: Taken) -> Iterable[ReportTable]:
    """Only where the project names official totals."""
    if taken.totals:
        yield totals_table(taken.totals)


def _column_rows(reading: LayerReading) -> Iterable[tuple[Any, ...]]:
    place = (reading.file, reading.role)
    for column in reading.columns:
        unit = f"{column.type} {column.unit}".strip()
        factor = None if column.factor == 1 else column.factor
        samples = " · ".join(column.samples)
        yield (*place, column.header, column.name, unit, column.filled, column.share, factor, samples)
    for name in reading.missing:
        yield (*place, "", name, "缺少必需的列 / missing", None, None, None, "")
    for header in reading.unused:
        yield (*place, header, "—", "未使用 / not used", None, None, None, "")


def _changes(changes: Sequence[Change]) -> ReportTable:
    columns = (
        Column("文件", "file", width=26),
        Column("图层", "layer"),
        Column("列", "column", width=20),
        Column("原内容", "found", width=30),
        Column("改为", "became", width=22),
        Column("原因", "why", width=34),
        Column("处数", "count", "count"),
        Column("行", "rows", "lines", 44),
    )
    note = (
        "同一列中同样的改动合为一行，“行”列出全部行号（电子表格的行号）。",
        "Changes that are alike in one column share a line; rows has every row number, as a spreadsheet counts.",
    )
    sheet = Sheet("更改", columns, tuple(change_rows(changes)))
    return ReportTable(sheet, ("更改", "Changes"), note=note, filters=(1, 5), page_rows=PAGE_CHANGES)


def change_rows(changes: Sequence[Change]) -> Iterable[tuple[Any, ...]]:
    """Changes that are alike together, each line with all of its rows: `2-15, 18`."""
    for (file, layer, column, found, became, why), rows in _alike(changes).items():
        words = f"{Why(why).zh} / {Why(why).en}"
        for part, count in _lists(rows):
            yield (file, layer, column or "（整行或全文件）", found, became or "（空）", words, count, part)


def changes_alike(changes: Iterable[Change]) -> list[dict[str, Any]]:
    """Changes that are alike together, as plain values; `rows` has every row number: `2-15, 18`."""
    names = ("file", "layer", "column", "found", "became", "why")
    return [
        dict(zip(names, key, strict=True)) | {"count": len(rows), "rows": ", ".join(part for part, _ in _ranges(rows))}
        for key, rows in _alike(changes).items()
    ]


def _alike(changes: Iterable[Change]) -> dict[tuple[str, ...], list[str]]:
    alike: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for change in changes:
        key = (change.file, change.layer, change.column, change.found, change.became, change.why.value)
        alike[key].append(change.row)
    return alike


def _ranges(rows: Sequence[str]) -> list[tuple[str, int]]:
    """Row numbers in order, those that follow each other as one: `2-15`, with how many they are."""
    numbers = sorted(int(row[4:]) for row in rows if row.startswith("row ") and row[4:].isdigit())
    others = [row for row in rows if not (row.startswith("row ") and row[4:].isdigit())]
    parts: list[tuple[str, int]] = [(row or "全文件 / whole file", 1) for row in others]
    start = 0
    for at, number in enumerate(numbers):
        if at + 1 == len(numbers) or numbers[at + 1] > number + 1:
            first = numbers[start]
            parts.append((f"{first}" if first == number else f"{first}-{number}", at + 1 - start))
            start = at + 1
    return parts


def _lists(rows: Sequence[str]) -> Iterable[tuple[str, int]]:
    """All rows as short lists, each with its count; a cell of a workbook holds only so much."""
    line, count = "", 0
    for part, size in _ranges(rows):
        if line and len(line) + len(part) > _LONGEST_LIST:
            yield line, count
            line, count = "", 0
        line, count = f"{line}, {part}" if line else part, count + size
    yield line, count
