"""`geoplan forecast`, `balance`, `ledger` and `closure`: what a project adds up to. No logic of their own."""

from __future__ import annotations

import math
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
from geoplan.types import Severity, Stage

if TYPE_CHECKING:
    from geoplan.coverage import Closure
    from geoplan.ledger import Ledger
    from geoplan.plan import PupilPlan

MethodOption = Annotated[
    str | None,
    typer.Option("--method", "-m", help="cohort, progression, ratio or housing; by default the project's."),
]


def forecast(
    project: ProjectArgument = None,
    *,
    method: MethodOption = None,
    stage: Annotated[Stage | None, typer.Option("--stage", "-s", help="Only this stage.", show_default=False)] = None,
    as_json: JsonOption = False,
) -> None:
    """Pupils by stage and year in three scenarios, by every method that the tables feed, and the back-test."""
    opened = open_project(project)
    with Progress(quiet=as_json) as step:
        plan = opened.pupils(method=method, seats=False, progress=step)
    if as_json:
        answer = plan.as_dict()
        print_json({key: answer[key] for key in ("forecasts", "back_test")})
        return
    print_findings(plan.findings, least=Severity.WARNING)
    years = plan.middle.years
    rows = [
        (
            kind.zh,
            each.method.zh,
            each.scenario.zh,
            *(_count(value) for value in each.total(kind)),
            str(each.peak(kind)[0]),
        )
        for each in (*plan.forecasts, *plan.others)
        for kind in each.pupils
        if stage in {None, kind} and len(each.years) == len(years)
    ]
    table(("学段 stage", "方法 method", "方案 scenario", *(str(year) for year in years), "高峰 peak"), rows)
    for row in plan.backtest.rows if plan.backtest is not None else ():
        print(row)
    for zh, en in plan.middle.assumptions:
        print(f"{zh}\n  {en}")


def balance(
    project: ProjectArgument = None,
    *,
    method: MethodOption = None,
    out: OutOption = None,
    as_json: JsonOption = False,
) -> None:
    """Seats against pupils by district, stage and year, with charts and tables. Exit 1 where seats are short."""
    from geoplan.publish.pupils_report import headline  # noqa: PLC0415  heavy

    opened = open_project(project)
    with Progress(quiet=as_json) as step:
        plan = opened.pupils(method=method, progress=step)
        page = opened.publish_pupils(plan, out=out, progress=step)
    if as_json:
        print_json({"page": str(page), **plan.as_dict()})
    else:
        print_findings(plan.findings, least=Severity.WARNING)
        for zh, en in headline(plan):
            print(f"{zh}\n  {en}")
        _print_balance(plan)
        say(f"\n网页 / page:  {page}\n表格与图 / tables and charts:  {page.parent}")
    rows = plan.balance.rows if plan.balance is not None else ()
    if any(row.gap >= 0.5 for row in rows if row.year in plan.years):
        raise typer.Exit(FAILS)


def ledger(
    project: ProjectArgument = None,
    *,
    profile: Annotated[
        str | None, typer.Option("--profile", "-p", help="By default the project's.", show_default=False)
    ] = None,
    compare: Annotated[
        str | None, typer.Option("--compare", "-c", help="A second profile: what its rules would cost here.")
    ] = None,
    as_of: Annotated[
        int | None, typer.Option("--as-of", help="Year in which deadlines are judged; by default the project's.")
    ] = None,
    out: OutOption = None,
    as_json: JsonOption = False,
) -> None:
    """The ledger of clauses (逐条合规台账): value, target, verdict and source of each. Exit 1 where one is not met."""
    from geoplan.ledger import compare as compare_ledgers  # noqa: PLC0415  heavy
    from geoplan.publish.ledger_report import headline  # noqa: PLC0415
    from geoplan.rules import State  # noqa: PLC0415

    opened = open_project(project)
    with Progress(quiet=as_json) as step:
        step("逐条核查 / judging clauses")
        found = opened.ledger(profile=profile, as_of=as_of)
        other = opened.ledger(profile=compare, as_of=as_of) if compare is not None else None
        page = opened.publish_ledger(found, other=other, out=out, progress=step)
    if as_json:
        print_json({"page": str(page), **found.as_dict()})
    else:
        print_findings((*opened.layers_at_hand.findings, *found.findings), least=Severity.WARNING, most=20)
        _print_ledger(found)
        for zh, en in headline(found, other, compare_ledgers(found, other) if other is not None else ()):
            print(f"{zh}\n  {en}")
        say(f"\n网页 / page:  {page}\n表格 / tables:  {page.parent}")
    if found.counts[State.NOT_MET]:
        raise typer.Exit(FAILS)


def closure(
    project: ProjectArgument = None,
    *,
    school: Annotated[str, typer.Option("--school", help="Id of the school that would be closed.")],
    stage: StageOption = Stage.PRIMARY,
    limit_minutes: Annotated[
        float, typer.Option("--limit-minutes", help="Longest journey; 30 is that of grades 1-3.")
    ] = 30.0,
    with_private: Annotated[
        bool, typer.Option("--with-private", help="Private schools may take in pupils of a public one.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """A school closed, tried out: who would go where, and what must come first. Exit 1 where it must be kept."""
    from geoplan.coverage import ClosureVerdict  # noqa: PLC0415  heavy

    opened = open_project(project)
    with Progress(quiet=as_json) as step:
        step("模拟撤并 / closing a school, in simulation")
        found = opened.closure(school, stage=stage, limit_minutes=limit_minutes, with_private=with_private)
    if as_json:
        print_json(found.as_dict())
    else:
        print_findings(opened.layers.findings, least=Severity.WARNING, most=6)
        _print_closure(found)
    if found.verdict is ClosureVerdict.KEEP:
        raise typer.Exit(FAILS)


def _print_closure(found: Closure) -> None:
    print(f"{found.verdict.zh} / {found.verdict.value}\n{found.zh}\n  {found.en}")
    unit = "学生 pupils" if found.counts == "pupils" else "居民 people"
    heads = ("接收学校 receiving school", "编号 id", unit, "最远 m", "分钟 min", "方式 by", "余位 free seats")
    rows = [
        (
            each.label or "无校可达 none", each.id, found.shown_receiver(each), _count(each.distance_m),
            _count(each.minutes), each.vehicle.zh,
            _count(float("nan") if each.free_seats is None else each.free_seats),
        )
        for each in found.receivers
    ]  # fmt: skip
    table(heads, rows)
    print("撤并前须逐项履行 / before any closing, step by step:")
    for number, each in enumerate(found.checklist, start=1):
        print(f"  {number}. {each.zh}（{each.source}）\n     {each.en}")


def _print_balance(plan: PupilPlan) -> None:
    if plan.balance is None:
        print("没有学校图层，未作平衡。\n  No schools layer: nothing was balanced.")
        return
    rows = [
        (
            row.name or "全域 / all", row.stage.zh, str(row.year), _count(row.pupils), _count(row.seats),
            _count(row.seats_lost), _count(row.gap), _count(row.surplus), _count(row.borrowed), str(row.closes or ""),
        )
        for row in plan.balance.rows
        if row.year in plan.years and (row.place == "" or row.gap >= 0.5)
    ]  # fmt: skip
    heads = ("区划 place", "学段 stage", "学年 year", "学生 pupils", "公办学位 seats", "大班额占用 lost", "缺口 short")
    table((*heads, "空余 empty", "可调剂 lent", "消失年 closes"), rows)


def _print_ledger(found: Ledger) -> None:
    from geoplan.ledger.words import figure  # noqa: PLC0415  heavy

    rows = [
        (
            entry.clause.id, entry.clause.level.zh, entry.state.zh, entry.deadline.zh,
            "" if entry.value is None else f"{figure(entry.value)} {entry.unit}", entry.target, entry.zh,
            entry.clause.citation,
        )
        for entry in found.entries
        if entry.place == ""
    ]  # fmt: skip
    table(("条款 clause", "学段", "判定 verdict", "期限", "数值 value", "目标 target", "依据 evidence", "出处"), rows)


def _count(value: float) -> str:
    return f"{value:,.0f}" if math.isfinite(value) else "—"
