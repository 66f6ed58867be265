"""The seven tables of the statutory set, in their order, and the comparison of plans where there are several."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from geoplan.publish.sheets import Column, Sheet
from geoplan.publish.sheets_balance import balance_table
from geoplan.publish.sheets_pupils import forecast_table
from geoplan.publish.statutory.closing import closing_table
from geoplan.publish.statutory.comparison import comparison_tables
from geoplan.publish.statutory.indicators import indicators_table
from geoplan.publish.statutory.layout import building_table, layout_table
from geoplan.publish.statutory.printed import Imprint, PrintedTable
from geoplan.publish.statutory.register import register_table
from geoplan.publish.statutory.shares import proposed_seats
from geoplan.publish.version import plan_version

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geoplan.coverage import Closure
    from geoplan.plan import Plan, PupilPlan
    from geoplan.publish.edition import Edition
    from geoplan.publish.report import ReportTable
    from geoplan.publish.statutory.states import PlannedSchool

_SMALL = ("少于10名学生的计数不公布。", "Counts below ten pupils are hidden.")


def statutory_tables(
    edition: Edition, schools: Sequence[PlannedSchool], closures: Mapping[str, Sequence[Closure]]
) -> tuple[PrintedTable, ...]:
    """The tables of an edition.

    Args:
        schools: from `planned_schools`.
        closures: as in `closing_table`.
    """
    plan = edition.plan
    return (
        register_table(edition),
        *_pupils(plan, edition.pupils),
        layout_table(plan, schools),
        building_table(plan, schools),
        closing_table(plan, schools, closures),
        indicators_table(edition.ledger),
        *comparison_tables(plan),
    )


def _pupils(plan: Plan, pupils: PupilPlan | None) -> tuple[PrintedTable, PrintedTable]:
    forecast = None if pupils is None else forecast_table(pupils)
    balance = next(iter(balance_table(pupils, proposed_seats(plan))), None) if pupils is not None else None
    return (
        _dressed(2, ("学龄人口预测表", "Pupils by year"), forecast, ("人", "pupils")),
        _dressed(3, ("分区学位供需平衡表", "Balance of seats by district"), balance, ("人、个", "pupils, seats")),
    )


def _dressed(number: int, title: tuple[str, str], table: ReportTable | None, unit: tuple[str, str]) -> PrintedTable:
    """A table of the report of pupils and seats as it is printed; an empty one where the tables cannot feed it."""
    if table is None:
        return PrintedTable(number, title, Sheet(title[0], (Column("说明", "note", width=60),), ()), unit)
    sheet = replace(_without(table.sheet, "in English"), name=title[0])
    return PrintedTable(number, title, sheet, unit, (table.note, _SMALL))


def _without(sheet: Sheet, column: str) -> Sheet:
    """The sheet without a column, by its English header: the advice is printed once."""
    keep = [at for at, head in enumerate(sheet.columns) if head.en != column]
    columns = tuple(sheet.columns[at] for at in keep)
    return replace(sheet, columns=columns, rows=tuple(tuple(row[at] for at in keep) for row in sheet.rows))


def imprint_of(edition: Edition) -> Imprint:
    """What stands on every sheet: project, author, date, version, and the notice where boundaries were not reviewed."""
    config, map_file = edition.plan.config, edition.map_file
    return Imprint(
        project=map_file.title or config.name,
        author=config.author,
        data_date=config.data_date,
        version=plan_version(edition.plan),
        stamp=f"审图号：{map_file.approval_number}" if map_file.approval_number else "",
    )
