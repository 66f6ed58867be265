"""The command line. No logic of its own: it opens a project, asks it, and prints the answer.

Exit codes: 0 good, 1 findings or verdicts that fail, 2 wrong use or bad input, 130 interrupted.
Heavy libraries are imported inside the commands, so that `geoplan --help` is quick.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from geoplan import cli_accounts, cli_fetch, cli_publish
from geoplan.cli_intake import intake
from geoplan.cli_trace import trace
from geoplan.cli_versions import diff, remarks
from geoplan.cli_zones import zones
from geoplan.errors import GeoplanError
from geoplan.terminal import (
    FAILS,
    INTERRUPTED,
    WRONG,
    JsonOption,
    Progress,
    ProjectArgument,
    RadiusOption,
    StageOption,
    open_project,
    print_findings,
    print_json,
    say,
    table,
)
from geoplan.types import Area, Severity, Stage, Travel
from geoplan.units import percent

app = typer.Typer(
    name="geoplan",
    help="School layout planning (中小学幼儿园布局规划): who is served, by which clause, and where new schools belong.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def main() -> None:
    """Entry point: run the command and turn errors into messages and exit codes."""
    try:
        app(standalone_mode=True)
    except GeoplanError as error:
        say(f"geoplan: {error}")
        sys.exit(WRONG)
    except (KeyboardInterrupt, SystemError) as error:
        # compiled code that a Ctrl-C comes upon raises a SystemError, with the Ctrl-C as its cause
        if isinstance(error, SystemError) and not isinstance(error.__cause__, KeyboardInterrupt):
            raise
        say("geoplan: interrupted; the last good outputs are untouched.")
        sys.exit(INTERRUPTED)


@app.callback(invoke_without_command=True)
def _version(
    *,
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.", is_eager=True)] = False,
) -> None:
    if version:
        from geoplan import __version__  # noqa: PLC0415  only asked for here

        print(__version__)
        raise typer.Exit


app.command()(cli_publish.run)
app.command()(cli_publish.publish)


@app.command()
def init(folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the new project.")]) -> None:
    """Make a project: a commented project.toml and the folders layers/, data/ and maps/."""
    from geoplan.scaffold import init_project  # noqa: PLC0415  only here

    written = init_project(folder)
    say(f"{written}\nPut your files into {folder / 'data'}, edit project.toml, then run: geoplan check {folder}")


@app.command()
def check(
    project: ProjectArgument = None,
    *,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings count as errors.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Read every layer and report all findings at once."""
    findings = open_project(project).check()
    counts = {severity.value: sum(f.severity is severity for f in findings) for severity in Severity}
    if as_json:
        print_json({"counts": counts, "findings": [finding.as_dict() for finding in findings]})
    else:
        print_findings(findings)
        print(", ".join(f"{count} {word}{'' if count == 1 else 's'}" for word, count in counts.items()))
    if counts["error"] or (strict and counts["warning"]):
        raise typer.Exit(FAILS)


@app.command()
def layers(
    role: Annotated[
        str | None, typer.Argument(metavar="[ROLE]", help="districts, schools, population, …", show_default=False)
    ] = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """The layers that a project may have: their columns and the names under which these are found."""
    from geoplan.errors import ConfigError, near_match  # noqa: PLC0415  only here
    from geoplan.inputs import layer_schemas  # noqa: PLC0415  heavy

    schemas = layer_schemas(Path.cwd())
    if role is not None and role not in schemas:
        raise ConfigError(f"No layer {role!r}. Known: {', '.join(schemas)}.{near_match(role, schemas)}")
    chosen = {name: schema for name, schema in schemas.items() if role in {None, name}}
    rows: list[dict[str, Any]] = [
        {
            "role": name,
            "column": column.name,
            "type": column.type,
            "required": column.required,
            "unit": column.unit,
            "names": list(column.names),
            "doc": {"zh": column.doc_zh, "en": column.doc_en},
        }
        for name, schema in chosen.items()
        for column in schema.columns.values()
    ]
    if as_json:
        print_json(rows)
        return
    heads = ("layer", "column", "type", "found as", "meaning")
    table(
        heads,
        [
            (
                row["role"],
                f"{row['column']}{' *' if row['required'] else ''}",
                f"{row['type']} {row['unit']}".strip(),
                "、".join(row["names"][1:7]),
                row["doc"]["zh"],
            )
            for row in rows
        ],
    )
    print("* required / 必填")


@app.command()
def rules(
    project: ProjectArgument = None,
    *,
    profile: Annotated[
        str | None, typer.Option("--profile", "-p", help="By default the project's, else combined.", show_default=False)
    ] = None,
    stage: Annotated[Stage | None, typer.Option("--stage", "-s", help="Only this stage.", show_default=False)] = None,
    area: Annotated[Area | None, typer.Option("--area", "-a", help="urban or rural.", show_default=False)] = None,
    as_json: JsonOption = False,
) -> None:
    """The rules of a profile, each with its clause, file and line; and the radii that other profiles lend it."""
    from geoplan.config import PROJECT_FILE, read_project  # noqa: PLC0415  only here
    from geoplan.rules import open_rule_book  # noqa: PLC0415  only here

    folder = project if project is not None else Path.cwd()
    config = read_project(folder) if project is not None or (folder / PROJECT_FILE).is_file() else None
    name = profile or (config.profile if config else "combined")
    lenders = config.radius_profiles if config and profile in {None, config.profile} else ()
    book = open_rule_book(name, radius_profiles=lenders, project_dir=config.folder if config else None)
    own, offered = book.profile.select(stage=stage, area=area), book.offered(stage=stage, area=area)
    if as_json:
        rows = [(rule, False) for rule in own] + [(rule, True) for rule in offered]
        print_json([{**rule.as_dict(), "offered": is_offered} for rule, is_offered in rows])
        return
    print(f"{book.profile.title_zh}  {book.profile.title_en}")
    for notice in (book.profile.notice_zh, book.profile.notice_en):
        if notice:
            print(notice)
    table(
        ("rule", "stage", "area", "quantity", "limits", "clause", "source", "evidence"),
        [
            (
                rule.id,
                rule.stage.value,
                rule.area.value,
                rule.quantity,
                _limits(rule.low, rule.high, rule.unit),
                rule.clause,
                rule.citation,
                rule.evidence if rule in own else f"{rule.evidence}; offered by {rule.profile}",
            )
            for rule in (*own, *offered)
        ],
    )


@app.command()
def coverage(
    project: ProjectArgument = None,
    *,
    stage: StageOption,
    travel: Annotated[Travel, typer.Option("--travel", "-t", help="straight or walk.")] = Travel.STRAIGHT,
    radius_m: RadiusOption = None,
    as_json: JsonOption = False,
) -> None:
    """Who is served today, by district. Exit 1 when a rule of the profile is not met."""
    from geoplan.rules import State  # noqa: PLC0415  only here

    opened = open_project(project)
    found = opened.coverage(stage, travel=travel, radius_m=radius_m)
    verdicts = opened.verdicts(found) if radius_m is None else ()
    if as_json:
        findings = [finding.as_dict() for finding in (*opened.layers.findings, *opened.units.findings)]
        answer = found.as_dict()
        print_json(
            {
                **answer,
                "verdicts": [verdict.as_dict() for verdict in verdicts],
                "findings": findings + answer["findings"],
            }
        )
    else:
        print_findings((*opened.units.findings, *found.findings), least=Severity.WARNING)
        print(repr(found))
        heads = ("district", "people", "assessed", "covered", "share")
        rows = [(f"{name} {each}".strip(), *_figures(tally.as_dict())) for each, name, tally in found.by_district()]
        table(heads, [*rows, ("合计 / all", *_figures(found.total.as_dict()))])
        table(
            ("rule", "district", "verdict", "what", "source"),
            [(v.rule.id, v.place or "合计 / all", v.state.zh, v.zh, v.rule.citation) for v in verdicts],
        )
    if any(verdict.state is State.NOT_MET for verdict in verdicts):
        raise typer.Exit(FAILS)


@app.command()
def propose(
    project: ProjectArgument = None,
    *,
    stage: StageOption,
    model: Annotated[
        str | None,
        typer.Option("--model", "-m", help="max_cover, p_median, set_cover or p_center.", show_default=False),
    ] = None,
    new: Annotated[
        int | None,
        typer.Option("--new", "-n", min=0, help="New schools; without it as many as needed.", show_default=False),
    ] = None,
    travel: Annotated[
        Travel | None, typer.Option("--travel", "-t", help="straight or walk.", show_default=False)
    ] = None,
    radius_m: RadiusOption = None,
    exclude: Annotated[
        list[str] | None, typer.Option("--exclude", help="A site that must not be used; repeatable.")
    ] = None,
    seats: Annotated[bool, typer.Option("--seats", help="Keep seats: pupils against capacity.")] = False,
    min_load: Annotated[
        float | None, typer.Option("--min-load", min=0.0, help="With --seats: fewest pupils at a new school.")
    ] = None,
    most_per_district: Annotated[
        int | None, typer.Option("--most-per-district", min=0, help="Most new schools in any one district.")
    ] = None,
    budget: Annotated[
        float | None, typer.Option("--budget", min=0.0, help="Most that they may cost, in the sites layer's unit.")
    ] = None,
    alternatives: Annotated[
        int, typer.Option("--alternatives", min=0, help="Other plans at most 1 % worse to look for.")
    ] = 0,
    gap: Annotated[float, typer.Option("--gap", min=0.0, help="Relative gap that is good enough; 0: prove it.")] = 0.0,
    time_limit_s: Annotated[
        float | None, typer.Option("--time-limit-s", min=1.0, help="Then the best plan so far.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Where new schools should stand, why there, and how good the answer is. Exit 1 when there is no plan."""
    from geoplan.config import MODELS  # noqa: PLC0415  only here
    from geoplan.errors import ProblemError, near_match  # noqa: PLC0415  only here

    if model is not None and model not in MODELS:
        raise ProblemError(f"No model {model!r}. Known: {', '.join(MODELS)}.{near_match(model, MODELS)}")
    shown = Progress(quiet=as_json)
    with shown as step:
        step(f"{stage.zh}：选址 / {stage.value}: choosing sites")
        found = open_project(project).propose(
            stage,
            new=new,
            model=model,
            travel=travel,
            radius_m=radius_m,
            exclude=exclude or (),
            seats=seats,
            min_load=min_load,
            most_per_district=most_per_district,
            budget=budget,
            alternatives=alternatives,
            gap=gap,
            time_limit_s=time_limit_s,
            progress=shown.watch,
        )
    if as_json:
        print_json(found.as_dict())
    else:
        print_findings(found.findings, least=Severity.WARNING)
        print(found.solution.explain())
        for note in found.findings:
            if note.severity is Severity.NOTE:
                print(note.what)
        for site in found.sites:
            print(f"\n{site.id}  {site.name}")
            for zh, en in site.why:
                print(f"  {zh}  ({en})")
        if found.alternatives is not None:
            print(f"\n{found.alternatives.explain()}")
    from geoplan.plan import is_failure  # noqa: PLC0415  only here

    if is_failure(found.solution):
        raise typer.Exit(FAILS)


app.command()(zones)
app.command()(intake)
app.command()(trace)
app.command()(diff)
app.command()(remarks)
app.command()(cli_accounts.forecast)
app.command()(cli_accounts.balance)
app.command()(cli_accounts.ledger)
app.command()(cli_accounts.closure)
app.add_typer(cli_fetch.app, name="fetch")


@app.command()
def bench(
    *,
    instances: Annotated[
        Path | None,
        typer.Option("--instances", help="Folder of published instances; without it generated cases.", exists=True),
    ] = None,
    family: Annotated[list[str] | None, typer.Option("--family", help="Only this family; repeatable.")] = None,
    case: Annotated[list[str] | None, typer.Option("--case", help="Only this case; repeatable.")] = None,
    limit_s: Annotated[float | None, typer.Option("--limit-s", min=1.0, help="In place of each case's own.")] = None,
    runs: Annotated[int, typer.Option("--runs", min=1, help="Runs of each case; the median counts.")] = 1,
    listed: Annotated[bool, typer.Option("--list", help="Say which cases there are.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Measure the location engine against known values: bound, gap, seconds, memory. Exit 1 where a target fails."""
    from geoplan.bench import list_cases, run_bench  # noqa: PLC0415  heavy

    if listed:
        print("\n".join(list_cases(instances, families=family or (), names=case or ())))
        return
    tell = say if as_json else print
    report = run_bench(instances, families=family or (), names=case or (), limit_s=limit_s, runs=runs, say=tell)
    if as_json:
        print_json(report.as_dict())
    if not report.passed:
        raise typer.Exit(FAILS)


@app.command()
def doctor(*, as_json: JsonOption = False) -> None:
    """Is this installation whole? Versions, bundled folders, the solver, the travel kernels."""
    from geoplan.doctor import examine  # noqa: PLC0415  heavy

    results = examine()
    if as_json:
        print_json([{"what": what, "good": good, "detail": detail} for what, good, detail in results])
    else:
        table(("", "what", "detail"), [("ok" if good else "FAILS", what, detail) for what, good, detail in results])
    if not all(good for _, good, _ in results):
        raise typer.Exit(FAILS)


def _figures(tally: dict[str, Any]) -> tuple[str, ...]:
    counts = (tally["people"], tally["people_assessed"], tally["people_covered"])
    return (*(f"{count:,}" for count in counts), percent(counts[2], counts[1]))


def _limits(low: float | None, high: float | None, unit: str) -> str:
    if low is None:
        return f"≤ {high:,.0f} {unit}"
    return f"{low:,.0f}-{high:,.0f} {unit}"
