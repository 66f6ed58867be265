"""分区学位供需平衡表: pupils and seats of every district, stage and year, and what the proposed sites change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoplan.demand.seats.proposals import proposed_in, with_proposals
from geoplan.demand.seats.proposed import left_short, seats_used
from geoplan.demand.seats.rounding import whole
from geoplan.publish.balance_public import public_balance
from geoplan.publish.report import ReportTable
from geoplan.publish.sheets import Column, Sheet
from geoplan.publish.sheets_pupils import PLACE, WHOLE_ZH

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geoplan.demand import Balance
    from geoplan.demand.seats.proposals import Site
    from geoplan.plan import PupilPlan
    from geoplan.publish.balance_public import PublicBalance
    from geoplan.publish.sheets import Value
    from geoplan.types import Stage

_BALANCE = (
    Column("学生", "pupils", "count", 11),
    Column("学校数", "public schools", "count", 9),
    Column("在用学位（含大班额）", "seats in use, large classes included", "count", 12),
    Column("大班额占用", "lost at the class cap", "count", 11),
    Column("公办学位", "public seats", "count", 11),
    Column("其中现有学校", "of these today's schools", "count", 11),
    Column("其中寄宿", "of these boarding", "count", 10),
    Column("其中项目学位", "of these by projects", "count", 11),
    Column("民办学位（不计入）", "private, not counted", "count", 12),
    Column("缺口", "short", "count", 10),
    Column("空余", "empty", "count", 10),
    Column("可由邻近调剂", "at reachable neighbours", "count", 12),
    Column("缺口消失年", "gap closes in", "year", 10),
)
_PROPOSED = (
    Column("本方案选址学位", "seats of proposed sites", "count", 11),
    Column("选址建成后仍缺", "still short after them", "count", 11),
)
_ADVICE = (Column("建议", "advice", "lines", 46), Column("英文建议", "in English", "lines", 42))


def balance_table(
    plan: PupilPlan, sites: Mapping[tuple[Stage, str], Sequence[Site]] | None = None
) -> list[ReportTable]:
    """分区学位供需平衡表, of the years that are shown.

    Args:
        plan: with a balance; without one there is no table.
        sites: proposed sites by stage and district, as for `with_proposals`; they then have two columns, and the
            advice says what they bring. None where nothing was proposed for.
    """
    if plan.balance is None:
        return []
    balance = plan.balance if sites is None else with_proposals(plan.balance, sites)
    more = () if sites is None else _PROPOSED
    head = (*PLACE, Column("学段", "stage", "words", 18), Column("学年", "year", "year", 8))
    columns = (*head, *_BALANCE, *more, *_ADVICE)
    groups = [public_balance(balance, stage, year) for stage in balance.stages for year in plan.years]
    rows = tuple(
        (*_balance_cells(each), *after, *each.advice)
        for group in groups
        for each, after in zip(group, _after_sites(balance, group, sites), strict=True)
    )
    caps = "、".join(f"{stage.zh}{cap}人" for stage, cap in plan.balance.caps.items())
    caps_en = ", ".join(f"{stage.value} {cap}" for stage, cap in plan.balance.caps.items())
    held = plan.middle.assumptions[-1] if not plan.middle.is_forecast else ("", "")
    note = (
        f"班额上限：{caps}。学位＝班数×班额上限，缺班数时用登记学位，多学段分学段计；缺口与空余不抵扣。项目学位为在建和规划项目建成的全部学位，迁建学校计迁入后的，不是净增数。{held[0]}",
        (
            f"Pupils of a class at most: {caps_en}. Seats of a stage are its classes times that, else its part of the "
            "seats listed. Nothing is netted. Seats by projects are all that projects build, those of a moved school "
            "included: no net increase. "
            f"{held[1]}"
        ),
    )
    return [
        ReportTable(
            Sheet("学位供需平衡表", columns, rows, frozen=4), ("分区学位供需平衡表", "Balance of seats"), note,
            filters=(0, 2, 3),
        )
    ]  # fmt: skip


def _after_sites(
    balance: Balance, rows: Sequence[PublicBalance], sites: Mapping[tuple[Stage, str], Sequence[Site]] | None
) -> list[tuple[Value, ...]]:
    """Seats of the proposed sites and what is short after them, for each row; of the whole the sums of its units."""
    if sites is None or not rows:
        return [()] * len(rows)
    proposed = proposed_in(balance, sites, rows[0].row.stage, rows[0].row.year)
    units = [each.row for each in rows if each.row.place in proposed]
    seats = {row.place: whole(proposed[row.place].seats) for row in units}
    used = {row.place: seats_used(row, proposed[row.place]) for row in units}
    if "" not in used:
        seats[""], used[""] = sum(seats.values()), sum(used.values())
    return [
        (seats[each.row.place], None if each.hidden else left_short(each.row, used[each.row.place])) for each in rows
    ]


def _balance_cells(public: PublicBalance) -> tuple[Value, ...]:
    row = public.row
    seats = (
        row.schools, row.seats_listed, row.seats_lost, row.seats, row.seats_existing, row.seats_boarding,
        row.seats_planned, row.seats_private,
    )  # fmt: skip
    return (
        row.name or row.place or WHOLE_ZH, row.place, f"{row.stage.zh} / {row.stage.value}", row.year, public.pupils,
        *(round(each) for each in seats), public.gap, public.surplus, public.borrowed, public.closes,
    )  # fmt: skip
