"""`geoplan diff` and `geoplan remarks`: versions of a plan, and what readers say of them. No logic of their own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geoplan.terminal import (
    FAILS,
    JsonOption,
    OutOption,
    Progress,
    open_project,
    print_findings,
    print_json,
    say,
    table,
)
from geoplan.types import Severity

if TYPE_CHECKING:
    from geoplan.publish.remarks import RemarkBook


def diff(
    a: Annotated[Path, typer.Argument(metavar="A", help="A project's folder, or one that publish has written.")],
    b: Annotated[Path, typer.Argument(metavar="B", help="The later version: likewise.")],
    *,
    out: OutOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compare two versions of a plan: schools, sites, seats, who moves, coverage, clauses, inputs."""
    from geoplan.publish.diff import diff_report, write_diff  # noqa: PLC0415  heavy
    from geoplan.publish.diff_compare import compare_versions  # noqa: PLC0415
    from geoplan.publish.diff_headline import headline  # noqa: PLC0415
    from geoplan.publish.report import records  # noqa: PLC0415
    from geoplan.versions import version_of  # noqa: PLC0415

    target = out if out is not None else Path.cwd() / "maps" / "out" / "diff"
    with Progress(quiet=as_json) as step:
        found = compare_versions(version_of(a, progress=step), version_of(b, progress=step))
        page = write_diff(found, target, progress=step)
    if as_json:
        report = diff_report(found)
        tables = {each.sheet.name: records(each.sheet) for each in report.tables}
        print_json({"page": str(page), **report.facts, "tables": tables})
        return
    for zh, en in headline(found):
        print(f"{zh}\n  {en}")
    say(f"\n网页 / page:  {page}\n表格与文字稿 / table and text:  {target}")


def remarks(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE…", help="Files or folders with remarks: .json, .txt, .eml.")
    ],
    *,
    project: Annotated[
        Path | None,
        typer.Option(
            "--project", "-P", help="Folder with a project.toml; by default the one you stand in, else the demo."
        ),
    ] = None,
    out: OutOption = None,
    as_json: JsonOption = False,
) -> None:
    """Bring readers' remarks back: a layer, an answer table that keeps your answers, a summary. Exit 1 on errors."""
    from geoplan.config import PROJECT_FILE  # noqa: PLC0415  only here
    from geoplan.publish.remarks import write_remarks  # noqa: PLC0415  heavy
    from geoplan.versions import remark_book  # noqa: PLC0415

    if project is None and len(files) > 1 and (files[-1] / PROJECT_FILE).is_file():
        # the folder of the project may stand last, as in the other commands
        project = files.pop()
    opened = open_project(project)
    target = out if out is not None else opened.default_out / "remarks"
    with Progress(quiet=as_json) as step:
        step("读取意见 / reading remarks")
        book = remark_book(opened, files, out=target)
        written = write_remarks(book, target, progress=step)
    if as_json:
        print_json({"table": str(written), "remarks": len(book.rows), "by": book.counts,
                    "findings": [finding.as_dict() for finding in book.findings]})  # fmt: skip
    else:
        _print_remarks(book)
        say(f"\n答复表 / answer table:  {written}\n图层 / layer:  {target / 'remarks.gpkg'}")
    if any(finding.severity is Severity.ERROR for finding in book.findings):
        raise typer.Exit(FAILS)


def _print_remarks(book: RemarkBook) -> None:
    print_findings(book.findings, least=Severity.WARNING, most=20)
    print(f"意见 {len(book.rows)} 条 / {len(book.rows)} remarks")
    rows = [(key, word, str(count)) for key, counts in book.counts.items() for word, count in counts.items()]
    table(("分组 group", "内容 value", "条数 remarks"), rows)
