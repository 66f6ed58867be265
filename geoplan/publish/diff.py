"""Two versions of a plan compared: a page, a workbook, JSON, and a text for a letter, all from the same tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoplan.files import whole_or_nothing
from geoplan.publish import diff_tables as tables
from geoplan.publish.diff_headline import headline
from geoplan.publish.diff_moves import moves_table, places_table
from geoplan.publish.report import Card, Report, ReportTable, write_report
from geoplan.types import Finding, Severity, silent

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from geoplan.publish.diff_compare import Comparison
    from geoplan.publish.diff_snapshot import Snapshot
    from geoplan.types import Words


STEM = "diff"
TEXT = f"{STEM}.md"
_SHOWN_ROWS = 200
_FOOTER = (
    "人口按B版居住点计；“变近”“变远”指到最近学校的距离相差超过1米，出行方式为选址所用的方式。",
    "People are those of B; nearer and farther: by more than 1 m, by the travel mode that sites were chosen by.",
)
_NOTHING = ("（没有变化）", "(no change)")


def write_diff(found: Comparison, out: Path, *, progress: Callable[[str], None] = silent) -> Path:
    """Write `diff.html`, `diff.xlsx`, `diff.json` and `diff.md`; all of them, or none.

    Returns:
        The path of the page.

    Raises:
        PublishError: the folder cannot be written.
    """
    report = diff_report(found)
    with whole_or_nothing(out) as scratch:
        page = write_report(report, scratch, progress=progress)
        progress("文字稿 / text")
        (scratch / TEXT).write_text(diff_text(report), encoding="utf-8", newline="\n")
    return out / page.name


def diff_report(found: Comparison) -> Report:
    """The comparison as a report."""
    a, b = found.a, found.b
    return Report(
        stem=STEM,
        title=(f"{b.project}：两版方案对比", f"{b.project}: two versions compared"),
        project=b.project,
        author=b.author,
        data_date=b.data_date,
        headline=headline(found),
        cards=_cards(found),
        charts=(),
        tables=tuple(_tables(found)),
        notices=(_versions(a, b),),
        findings=_findings(found),
        footer=(_FOOTER,),
        facts={"a": _facts(a), "b": _facts(b), "is_empty": found.is_empty},
        provenance={"a": dict(a.inputs), "b": dict(b.inputs)},
    )


def _facts(version: Snapshot) -> dict[str, str]:
    return {
        "project": version.project,
        "plan_version": version.version,
        "data_date": version.data_date,
        "profile": version.profile,
        "geoplan": version.software,
    }


def _versions(a: Snapshot, b: Snapshot) -> Words:
    zh = "；".join(
        f"{side}版：{each.project}，方案版本 {each.version or '—'}，"
        f"数据日期 {each.data_date or '—'}，规则库 {each.profile}"
        for side, each in (("A", a), ("B", b))
    )
    en = "; ".join(
        f"{side}: plan version {each.version or '—'}, data of {each.data_date or '—'}, profile {each.profile}"
        for side, each in (("A", a), ("B", b))
    )
    return f"{zh}。", f"{en}."


def _cards(found: Comparison) -> tuple[Card, ...]:
    return (
        Card("学校变化", "schools changed", str(len(found.schools)), "所"),
        Card("选址变化", "sites changed", str(len(found.sites)), "处"),
        Card("居住点变化", "places affected", f"{len({move.place for move in found.moves}):,}", "处"),
        Card("判定变化", "verdicts changed", str(len(found.verdicts) + len(found.clauses)), "条"),
    )


def _tables(found: Comparison) -> list[ReportTable]:
    made = (
        (tables.schools_table(found), "Schools"),
        (tables.sites_table(found), "Proposed sites"),
        (tables.seats_table(found), "Seats of today's schools and proposed sites, projects and closings left out"),
        (tables.coverage_table(found), "Coverage"),
        (moves_table(found), "Who gains and who loses"),
        (places_table(found), "Places whose nearest school changes"),
        (tables.scenarios_table(found), "Scenarios"),
        (tables.verdicts_table(found), "Verdicts"),
        (tables.inputs_table(found), "Inputs"),
    )
    return [
        ReportTable(sheet, (sheet.name, title), note=("", "") if sheet.rows else _NOTHING, page_rows=_SHOWN_ROWS)
        for sheet, title in made
    ]


def _findings(found: Comparison) -> tuple[Finding, ...]:
    a, b = found.a, found.b
    notes = []
    if a.project != b.project:
        notes.append(("other-project", f"The versions are of two projects: {a.project} and {b.project}."))
    if a.counts != b.counts:
        notes.append(("other-counts", f"A counts {a.counts}, B counts {b.counts}: their figures cannot be compared."))
    if found.places:
        only = sum(change.was is None for change in found.places)
        gone = len(found.places) - only
        what = f"{only} places are only in B and {gone} only in A; nobody there is counted as moved."
        notes.append(("other-places", what))
    if hidden := {move.place for move in found.moves if move.people is None}:
        what = (
            f"{len(hidden)} places whose count is not published changed; sums of people are without them, at least so."
        )
        notes.append(("hidden-counts", what))
    if found.a.scenarios is None or found.b.scenarios is None:
        notes.append(("no-scenarios", "The scenarios of one version were not published: not compared."))
    for name, known in (("verdicts", (a.verdicts, b.verdicts)), ("clauses", (a.clauses, b.clauses))):
        if not all(known):
            notes.append((f"no-{name}", f"The {name} of one version or both were not published: not compared."))
    return tuple(Finding(Severity.NOTE, code, what) for code, what in notes)


def diff_text(report: Report) -> str:
    """The report as text for a letter: Chinese first, small tables whole, long ones by their first rows."""
    lines = [f"# {report.title[0]}", "", report.title[1], ""]
    lines += [f"{zh}\n{en}\n" for zh, en in (*report.notices, *report.headline)]
    for table in report.tables:
        lines += [f"## {table.title[0]} / {table.title[1]}", ""]
        rows = table.sheet.rows[:MOST_TEXT_ROWS]
        if not rows:
            lines += [" ".join(_NOTHING), ""]
            continue
        lines.append("| " + " | ".join(column.zh for column in table.sheet.columns) + " |")
        lines.append("|" + " --- |" * len(table.sheet.columns))
        kinds = [column.kind for column in table.sheet.columns]
        lines += ["| " + " | ".join(_cell(v, kind) for v, kind in zip(row, kinds, strict=True)) + " |" for row in rows]
        left = len(table.sheet.rows) - len(rows)
        lines += [f"\n……另有{left:,}行，见 {report.stem}.xlsx。 / {left:,} more rows in the workbook."] if left else []
        lines.append("")
    lines += [f"- {finding.what}" for finding in report.findings]
    lines += [f"{zh}\n{en}" for zh, en in report.footer]
    return "\n".join(lines).rstrip() + "\n"


MOST_TEXT_ROWS = 20


def _cell(value: object, kind: str) -> str:
    if value is None:
        return ""
    if isinstance(value, int | float):
        return f"{value:.1%}" if kind == "share" else f"{value:.0f}" if kind == "plain" else f"{value:,.0f}"
    # what stands in a name must not open a column, a link or a tag
    return (
        str(value).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("[", "\\[").replace("\n", " ")
    )
