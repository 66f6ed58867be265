"""`geoplan run` and `geoplan publish`: the map with its tables, or the whole statutory set. No logic of their own."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated, Any

import typer

from geoplan.gate import Gate
from geoplan.terminal import (
    FAILS,
    JsonOption,
    OutOption,
    Progress,
    ProjectArgument,
    open_project,
    print_findings,
    print_json,
    say,
    table,
)
from geoplan.types import Severity, Stage
from geoplan.units import percent

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from geoplan.plan import Plan
    from geoplan.project import Project
    from geoplan.publish.edition import Edition
    from geoplan.types import Finding

SET_FOLDER = "set"
_MOST_PROCESSES = 3
"""Each that draws the atlas holds the plan: some hundred megabytes."""


def run(
    project: ProjectArgument = None,
    *,
    out: OutOption = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit 1 when a verdict is not met or a finding is a warning.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """The whole job: check, coverage, gaps, proposals, and the published map with its tables.

    What the plan finds wrong with the world is its content, not its failure: verdicts that are not met make the
    exit code 1 only with --strict. What is written is not checked for publication: that is what publish does.
    """
    _publish_map(open_project(project), None, out, strict=strict, gate=None, as_json=as_json)


def publish(
    project: ProjectArgument = None,
    *,
    map_name: Annotated[
        str | None, typer.Option("--map", help="A file in maps/; by default the project's.", show_default=False)
    ] = None,
    whole_set: Annotated[
        bool, typer.Option("--set", help="The statutory set: atlas, tables, texts, GeoPackage, QGIS project.")
    ] = False,
    zones: Annotated[
        list[Stage] | None, typer.Option("--zones", help="With --set: the zones (学区) of this stage, too; repeatable.")
    ] = None,
    shapefile: Annotated[bool, typer.Option("--shapefile", help="With --set: Shapefiles, too.")] = False,
    no_word: Annotated[bool, typer.Option("--no-word", help="With --set: without the texts in Word.")] = False,
    is_public: Annotated[
        bool, typer.Option("--publish", help="For the public: refuse, exit 1, while the lint finds an error.")
    ] = False,
    tianditu_key: Annotated[
        str | None, typer.Option("--tianditu-key", help="Your own key: also a page for the office, <map>-online.html.")
    ] = None,
    key_will_be_readable: Annotated[
        bool, typer.Option("--key-will-be-readable", help="Yes: whoever opens that page can read the key.")
    ] = False,
    out: OutOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write one published map with its tables and data; with --set the whole statutory set.

    What is written is read back and checked (lint). Findings are printed in short and stop nobody; --json tells all.
    With --publish an error among them refuses the publication: exit 1, nothing is written.
    """
    if not whole_set and (zones or shapefile or no_word):
        raise typer.BadParameter("--zones, --shapefile and --no-word belong to --set.")
    if tianditu_key is not None:
        _check_key(tianditu_key, is_agreed=key_will_be_readable and not whole_set and not is_public)
    opened = open_project(project)
    if whole_set:
        _publish_set(
            opened, map_name, out, zones=zones or [], shapefile=shapefile, word=not no_word, is_public=is_public,
            as_json=as_json,
        )  # fmt: skip
    else:
        gate = Gate(is_public=is_public, as_json=as_json)
        _publish_map(opened, map_name, out, strict=False, gate=gate, as_json=as_json)
    if tianditu_key is not None:
        from geoplan.publish.online import write_online  # noqa: PLC0415  only here

        page = (out if out is not None else opened.default_out) / f"{map_name or opened.config.map}.html"
        say(f"单位内部用的在线页（含密钥）/ page for the office, with the key:  {write_online(page, tianditu_key)}")


def _check_key(key: str, *, is_agreed: bool) -> None:
    """Refuse a key that would become public unawares, or can be none, before the work."""
    from geoplan.publish.online import require_key  # noqa: PLC0415  only here

    if not is_agreed:
        raise typer.BadParameter(
            "--tianditu-key writes the key into a page where anybody can read it: say --key-will-be-readable, too. "
            "It goes neither with --publish nor with --set."
        )
    require_key(key)


def _publish_map(
    project: Project, map_name: str | None, out: Path | None, *, strict: bool, gate: Gate | None, as_json: bool
) -> None:
    from geoplan.publish import publish as write  # noqa: PLC0415  folium and xlsxwriter are needed only here
    from geoplan.publish.edition import Edition  # noqa: PLC0415
    from geoplan.publish.manifest import require_folder  # noqa: PLC0415
    from geoplan.publish.mapfile import read_map  # noqa: PLC0415

    _greet(project, quiet=as_json)
    name = map_name or project.config.map
    map_file = read_map(name, project.config.folder)  # a wrong name is known before the work
    target = out if out is not None else project.default_out
    require_folder(target, is_set=False)
    with Progress(quiet=as_json) as progress:
        if gate is not None:
            gate.ask_first(project, map_file, progress)
        plan = project.plan(progress=progress)
        pupils = project.pupils_for_map(progress=progress)
        check = None if gate is None else gate.check(Edition(plan, map_file, pupils, findings=plan.findings))
        page = write(plan, name, target, progress=progress, check=check, pupils=pupils)
    if as_json:
        lint = {} if gate is None else {"lint": [finding.as_dict() for finding in gate.findings]}
        print_json({"page": str(page), "out": str(target), **lint, **plan.summary()})
    else:
        _print_plan(plan)
        if gate is None:
            print_findings(project.place_findings())  # else the lint says it
        else:
            gate.tell()
        say(f"\n地图 / map:  {page}\n表格与数据 / tables and data:  {target}")
    if strict and _fails(plan):
        raise typer.Exit(FAILS)


def _publish_set(
    project: Project,
    map_name: str | None,
    out: Path | None,
    *,
    zones: Sequence[Stage],
    shapefile: bool,
    word: bool,
    is_public: bool,
    as_json: bool,
) -> None:
    from geoplan.publish.manifest import require_folder  # noqa: PLC0415  heavy
    from geoplan.publish.mapfile import read_map  # noqa: PLC0415
    from geoplan.publish.statutory.write import SetWish  # noqa: PLC0415  heavy
    from geoplan.sets import publish_set, set_edition  # noqa: PLC0415

    _greet(project, quiet=as_json)
    target = out if out is not None else project.default_out / SET_FOLDER
    gate = Gate(is_public=is_public, as_json=as_json)
    wish = SetWish(word=word, shapefile=shapefile, processes=min(os.cpu_count() or 1, _MOST_PROCESSES))
    wish.require()  # a missing library is known before the work, and a folder that is another's
    require_folder(target, is_set=True)
    map_file = read_map(map_name or project.config.map, project.config.folder)
    with Progress(quiet=as_json) as progress:
        gate.ask_first(project, map_file, progress)
        edition = set_edition(project, map_name=map_name, zones=zones, progress=progress)
        manifest = publish_set(project, edition, target, wish=wish, check=gate.check(edition), progress=progress)
    if as_json:
        print_json({"manifest": str(manifest), "out": str(target), **_summary(edition, gate.findings)})
        return
    _print_plan(edition.plan)
    print_findings(tuple(finding for finding in edition.findings if finding not in edition.plan.findings))
    gate.tell()
    say(f"\n法定成果 / statutory set:  {target}")


def _summary(edition: Edition, lint: Sequence[Finding]) -> dict[str, Any]:
    from geoplan.publish.version import plan_version  # noqa: PLC0415  heavy

    return {
        "plan_version": plan_version(edition.plan),
        "stages": [each.stage.value for each in edition.plan.stages],
        "lint": [finding.as_dict() for finding in lint],
        "findings": [finding.as_dict() for finding in edition.findings],
    }


def _greet(project: Project, *, quiet: bool) -> None:
    if not quiet:
        say(f"geoplan: {project.config.name} ({project.config.folder.name})")


def _fails(plan: Plan) -> bool:
    from geoplan.rules import State  # noqa: PLC0415  only here

    verdicts = (v for stage in plan.stages for view in stage.views for v in view.verdicts)
    return any(v.state is State.NOT_MET for v in verdicts) or any(
        finding.severity is not Severity.NOTE for finding in plan.findings
    )


def _print_plan(plan: Plan) -> None:
    from geoplan.publish.proposal_words import proposal_sentences  # noqa: PLC0415  heavy

    print_findings(plan.findings, least=Severity.WARNING, most=6)
    rows = []
    for stage in plan.stages:
        for view in stage.views:
            before, after = view.before.total, view.after.total
            solution = stage.proposal.solution
            chosen = view.travel is stage.proposal.travel
            rows.append(
                (
                    stage.stage.zh,
                    view.travel.zh,
                    f"{percent(before.covered, before.assessed)} → {percent(after.covered, after.assessed)}",
                    f"{before.uncovered:,.0f} → {after.uncovered:,.0f}",
                    f"{len(view.gaps)}"
                    + (f" + {len(view.closing_gaps)} 撤并 by closings" if view.closing_gaps else ""),
                    f"{len(stage.proposal.sites)}" if chosen else "",
                    f"{solution.status.zh} gap {solution.gap or 0:.2%}" if chosen else "",
                )
            )
    table(("学段 stage", "距离 travel", "覆盖 covered", "未覆盖 outside", "缺口 gaps", "新建 new", "求解 solver"), rows)
    for stage in plan.stages:
        for zh, en in proposal_sentences(plan, stage):
            say(f"{zh} / {en}")
