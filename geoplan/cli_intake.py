"""`geoplan intake`: loose files or a project, understood, cleaned and reported. No logic of its own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geoplan.terminal import FAILS, JsonOption, OutOption, Progress, print_findings, print_json, say, table
from geoplan.types import Severity

if TYPE_CHECKING:
    from geoplan.config import ProjectConfig
    from geoplan.inputs.hints import Hints
    from geoplan.inputs.intake import Taken


def intake(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Loose files, or one folder with project.toml.")],
    *,
    role: Annotated[
        list[str] | None, typer.Option("--role", "-r", help="What they are: one for all, or one for each in order.")
    ] = None,
    out: OutOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say how each column is understood.")] = False,
    encoding: Annotated[
        str | None, typer.Option("--encoding", help="UTF-8, GBK or Big5, in place of evidence.")
    ] = None,
    sheet: Annotated[str | None, typer.Option("--sheet", help="Sheet of a workbook, or layer of a file.")] = None,
    crs: Annotated[str | None, typer.Option("--crs", help="Of the coordinates, such as EPSG:4547.")] = None,
    datum: Annotated[str | None, typer.Option("--datum", help="gcj02 or bd09 for points from web maps.")] = None,
    column: Annotated[
        list[str] | None,
        typer.Option("--column", help="NAME=HEADER or NAME==CONSTANT; of several files LAYER.NAME=…; repeatable."),
    ] = None,
    locate_from: Annotated[
        Path | None, typer.Option("--locate-from", help="Places (POI) by whose names schools get coordinates.")
    ] = None,
    locate_datum: Annotated[
        str | None, typer.Option("--locate-datum", help="gcj02 or bd09: of the places of --locate-from.")
    ] = None,
    settled: Annotated[
        Path | None, typer.Option("--settled", help="名称匹配表, filled in: decisions go before scores.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Read files as they come: one clean GeoPackage, and a report of every change. Exit 1 where a file has errors."""
    from geoplan.intake import CLEAN, NAMES, Hints, take_in, write_intake  # noqa: PLC0415  heavy

    hints = Hints(
        tuple(role or ()), encoding, sheet, crs, _datum(datum), _columns(column or ()),
        locate_from, _datum(locate_datum, "--locate-datum"), settled,
    )  # fmt: skip
    with Progress(quiet=as_json) as step:
        configs = _configs(files, hints)
        taken = take_in(configs, progress=step)
        target = out if out is not None else _default_out(files)
        page = None if dry_run else write_intake(taken, target, progress=step)
    if as_json:
        print_json(_answer(taken, page))
    else:
        print_findings(taken.findings, least=Severity.NOTE if dry_run else Severity.WARNING)
        _print_readings(taken)
        if page is not None:
            _print_counts(taken)
            clean = f"\n成果数据 / clean data:  {target / CLEAN}" if taken.layers else ""
            names = f"\n名称匹配表 / names:  {target / NAMES}" if taken.log.names else ""
            say(f"{clean}\n数据质量报告 / report:  {page}{names}")
    if taken.errors:
        raise typer.Exit(FAILS)


def _configs(files: list[Path], hints: Hints) -> tuple[ProjectConfig, ...]:
    from geoplan.config import PROJECT_FILE, read_project  # noqa: PLC0415  only here
    from geoplan.errors import ConfigError  # noqa: PLC0415
    from geoplan.intake import only_roles, plan_files  # noqa: PLC0415  heavy

    folders = [path for path in files if (path / PROJECT_FILE).is_file() or path.name == PROJECT_FILE]
    if not folders:
        return plan_files(files, hints)
    if len(files) > 1:
        raise ConfigError(f"{folders[0]} is a project: take it in alone, without other files.")
    if hints.says_more_than_roles:
        raise ConfigError(f"{folders[0]} is a project: its project.toml says encoding, crs, datum and columns.")
    return (only_roles(read_project(folders[0]), hints.roles),)


def _default_out(files: list[Path]) -> Path:
    return files[0] / "intake" if files[0].is_dir() else Path("intake")


def _datum(name: str | None, option: str = "--datum") -> str | None:
    from geoplan.config import DATUMS  # noqa: PLC0415  only here
    from geoplan.errors import ConfigError, near_match  # noqa: PLC0415

    if name is not None and name not in DATUMS:
        raise ConfigError(f"{option}: unknown {name!r}; known: {', '.join(DATUMS)}.{near_match(name, DATUMS)}")
    return name


def _columns(pairs: list[str] | tuple[()]) -> dict[str, str]:
    from geoplan.errors import ConfigError  # noqa: PLC0415  only here

    found = {}
    for pair in pairs:
        name, equals, header = pair.partition("=")
        if not (name.strip() and equals and header.strip()):
            raise ConfigError(f"--column: expected NAME=HEADER such as people=人口, found {pair!r}.")
        found[name.strip()] = header.strip()
    return found


def _answer(taken: Taken, page: Path | None) -> dict[str, object]:
    from geoplan.publish.intake_report import changes_alike  # noqa: PLC0415  heavy

    return {
        "page": None if page is None else str(page),
        "layers": [
            {"name": each.name, "role": each.layer.role, "file": each.layer.file, "rows": len(each.layer)}
            for each in taken.layers
        ],
        "readings": [reading.as_dict() for reading in taken.log.readings],
        "changes": changes_alike(taken.log.changes),
        "findings": [finding.as_dict() for finding in taken.findings],
    }


def _print_readings(taken: Taken) -> None:
    for reading in taken.log.readings:
        typer.echo(f"\n{reading.file} → {reading.role}: {reading.rows:,} rows, places: {reading.places or '—'}")
        rows = [
            (
                column.header or "（常量 constant）", column.name, f"{column.type} {column.unit}".strip(),
                f"{column.share:.1%}" if column.filled else "—", " · ".join(column.samples),
            )
            for column in reading.columns
        ]  # fmt: skip
        rows += [("缺少 missing", name, "", "—", "") for name in reading.missing]
        table(("表头 header", "对应列 column", "类型 type", "可识别 understood", "样例 samples"), rows)
        if reading.unused:
            typer.echo(f"未使用的列 / not used: {'、'.join(reading.unused)}")


def _print_counts(taken: Taken) -> None:
    from geoplan.publish.intake_report import headline  # noqa: PLC0415  heavy

    for zh, en in headline(taken):
        typer.echo(f"{zh}\n  {en}")
