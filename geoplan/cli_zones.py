"""`geoplan zones`: attendance zones from the command line. No logic of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from geoplan.terminal import (
    FAILS,
    JsonOption,
    OutOption,
    Progress,
    ProjectArgument,
    StageOption,
    open_project,
    print_findings,
    print_json,
    say,
    table,
)
from geoplan.types import Severity, Travel

if TYPE_CHECKING:
    from geoplan.plan import ZoneProposal


def zones(
    project: ProjectArgument = None,
    *,
    stage: StageOption,
    travel: Annotated[
        Travel | None, typer.Option("--travel", "-t", help="straight or walk.", show_default=False)
    ] = None,
    district: Annotated[str, typer.Option("--district", "-d", help="Only this district (id or name).")] = "",
    over_price: Annotated[
        float | None,
        typer.Option("--over-price", help="Seats may be exceeded at this price for each pupil over, in metres of way."),
    ] = None,
    min_enrolment: Annotated[
        float | None, typer.Option("--min-enrolment", help="Fewest pupils of every school.")
    ] = None,
    longest_m: Annotated[float | None, typer.Option("--longest-m", help="Longest way of a pupil in metres.")] = None,
    whole_by: Annotated[
        str | None, typer.Option("--whole-by", help="Keep whole: community (社区), township (乡镇) or district.")
    ] = None,
    move_price: Annotated[
        float, typer.Option("--move-price", help="Price of each pupil whose school changes, in metres of way.")
    ] = 0.0,
    most_moved: Annotated[
        float | None, typer.Option("--most-moved", help="Most pupils whose school may change.")
    ] = None,
    balance: Annotated[
        str | None, typer.Option("--balance", help="Make even between schools: load or distance; its price is shown.")
    ] = None,
    new: Annotated[
        int | None, typer.Option("--new", "-n", help="Open so many candidates of the sites layer.", show_default=False)
    ] = None,
    exclude: Annotated[
        list[str] | None,
        typer.Option("--exclude", help="A school (id or name) that closes, or a site not to be used; repeatable."),
    ] = None,
    together: Annotated[
        list[str] | None,
        typer.Option("--together", help="Schools (ids or names) that share a zone (多校划片): A,B; repeatable."),
    ] = None,
    boarding: Annotated[
        list[str] | None,
        typer.Option("--boarding", help="A boarding school (id or name): no longest way, no contiguity."),
    ] = None,
    public_only: Annotated[
        bool | None,
        typer.Option(
            "--public-only/--with-private",
            help="Whether private schools take no part; by default they take none in the compulsory stages.",
            show_default=False,
        ),
    ] = None,
    tolerance_m: Annotated[
        float | None, typer.Option("--tolerance-m", help="Streets up to this width do not part polygons.")
    ] = None,
    time_limit_s: Annotated[float, typer.Option("--time-limit-s", help="Then the best plan so far.")] = 60.0,
    gap: Annotated[float, typer.Option("--gap", help="Relative gap that is good enough; 0: prove it.")] = 0.0,
    seed: Annotated[int, typer.Option("--seed", help="For whatever is drawn.")] = 0,
    least_bad: Annotated[
        bool, typer.Option("--least-bad", help="Publish what comes nearest where no plan keeps every rule.")
    ] = False,
    out: OutOption = None,
    as_json: JsonOption = False,
) -> None:
    """Attendance zones (学区): who belongs to which school, what changes, and how good it is. Exit 1 without a plan."""
    from geoplan.plan.zone_wish import ZoneWish  # noqa: PLC0415  heavy

    shown = Progress(quiet=as_json)
    wish = ZoneWish(
        over_price=over_price,
        min_enrolment=min_enrolment,
        longest_m=longest_m,
        whole_by=whole_by,
        move_price=move_price,
        most_moved=most_moved,
        balance=balance,
        new=new,
        exclude=tuple(exclude or ()),
        together=tuple(tuple(part for each in group.split(",") if (part := each.strip())) for group in together or ()),
        boarding=tuple(boarding or ()),
        district=district,
        public_only=public_only,
        tolerance_m=tolerance_m,
        time_limit_s=time_limit_s,
        gap=gap,
        seed=seed,
        progress=shown.watch,
    )
    opened = open_project(project)
    with shown as step:
        step(f"{stage.zh}：划分学区 / {stage.value}: drawing zones")
        found = opened.zones(stage, wish, travel=travel)
        is_published = found.has_plan or (least_bad and found.shown is not None)
        page = opened.publish_zones(found, out=out, progress=step) if is_published else None
    if as_json:
        print_json({"page": None if page is None else str(page), **found.as_dict()})
    else:
        _print_zones(found)
        if page is not None:
            say(f"\n地图 / map:  {page}\n表格与数据 / tables and data:  {page.parent}")
        elif found.shown is not None:
            say("\nNothing was written. --least-bad publishes the plan that comes nearest.")
        else:
            say(
                "\nNothing was written, and no plan that comes near was found in time. --district draws one district "
                "alone, --time-limit-s gives more time."
            )
    if not found.has_plan:
        raise typer.Exit(FAILS)


def _print_zones(found: ZoneProposal) -> None:
    from geoplan.plan.zone_words import certainty, headline  # noqa: PLC0415  heavy

    print_findings(found.findings, least=Severity.WARNING)
    for zh, en in (*headline(found), *certainty(found)):
        print(f"{zh}\n  {en}")
    rows = [
        (row["id"], row["name"], _shown(row["seats"]), *(_shown((row[at] or {}).get(key)) for at, key in _ZONE_CELLS))
        for row in found.as_dict()["zones"]
    ]
    heads = ("school", "name", "seats", "pupils before", "pupils after", "mean m", "longest m")
    table(heads, rows)
    changes = found.changes
    table(
        ("unit", "name", "from", "to", "pupils", "why"),
        [
            (
                each.unit, found.unit_names[each.unit], found.schools.name(each.was), found.zone_name(each.becomes),
                f"{each.pupils:,g}", each.why_zh,
            )
            for each in changes[:20]
        ],
    )  # fmt: skip
    if len(changes) > 20:
        print(f"… and {len(changes) - 20} more changes in the workbook")


_ZONE_CELLS = (("before", "pupils"), ("after", "pupils"), ("after", "mean_m"), ("after", "longest_m"))


def _shown(value: float | None) -> str:
    return "—" if value is None else f"{value:,.0f}"
