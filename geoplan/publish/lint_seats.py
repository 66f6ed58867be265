"""Seats by stage and district as they were written, read back from tables, page and figures, beside those of the plan.

Table 1 and table 4 name every school: a wrong cell is named itself. Table 3, page and figures name districts: there the
seats of today's schools are those of the balance without its projects.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from geoplan.publish.clean import clean_text
from geoplan.publish.figures import part
from geoplan.publish.lint_cells import column_letters, page_data
from geoplan.publish.stage_seats import balanced_today, seats_today
from geoplan.publish.statutory.register import PUBLIC_SEATS
from geoplan.types import Stage

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from geoplan.plan import Plan

MOST_HEAD_ROWS = 8
_EXISTING = "其中现有学校"
_PREFIXES = ("", "现状")
"""Of the headers `小学学位` (table 1, 现状) and `现状小学学位` (table 4)."""

Difference = tuple[str, str, str, object, object]
"""File, sheet and cell (or JSON path), what it is, what it should be, what it is there."""


def seat_differences(plan: Plan, files: Sequence[Path]) -> Iterator[Difference]:
    """Every place where a file gives other seats of a stage than the plan's schools have today."""
    if plan.layers.schools is None:
        return
    for path in files:
        if path.suffix == ".xlsx":
            yield from ((path.name, *found) for found in _workbook(plan, path))
        elif path.suffix == ".html":
            yield from ((path.name, *found) for found in _page(plan, path))
        elif path.name == "figures.json":
            yield from ((path.name, *found) for found in _figures(plan, path))


Found = tuple[str, str, object, object]


@dataclass
class _Districts:
    """Public seats of today's schools as a file states them, by district: (id, where, seats)."""

    stage: Stage
    stated: list[tuple[str, str, object]] = field(default_factory=list)

    def differences(self, plan: Plan) -> Iterator[Found]:
        """What differs; the whole is the sum of the districts that the file has, and of schools outside all."""
        seats = balanced_today(plan)
        here = {place for place, _, _ in self.stated if place}
        for place, where, value in self.stated:
            right = seats.total(self.stage, place if here and place else None).public
            if here and not place:
                right = sum(seats.total(self.stage, each).public for each in (*sorted(here), ""))
            if not _same(value, right):
                name = f"{self.stage.zh}现有学校公办学位 {self.stage.value} public seats of today's schools"
                yield where, f"{name}, {place or '全域'}", round(right), value


def _same(value: object, right: float) -> bool:
    if value is None or value == "":
        return not np.isfinite(right)
    return isinstance(value, int | float) and np.isfinite(right) and abs(value - right) < 0.5


def _workbook(plan: Plan, path: Path) -> Iterator[Found]:
    import openpyxl  # noqa: PLC0415  heavy

    book = openpyxl.load_workbook(path, read_only=True)
    try:
        for page in book.worksheets:
            yield from _sheet(plan, page.title, page.iter_rows(values_only=True))
    finally:
        book.close()


def _sheet(plan: Plan, title: str, rows: Iterator[Sequence[Any]]) -> Iterator[Found]:
    for number, row in enumerate(rows, start=1):
        heads = [str(cell or "").partition("\n")[0].strip() for cell in row]
        at = {head: position for position, head in reversed(list(enumerate(heads))) if head}
        if "编号" in at and _EXISTING in at:
            yield from _balance(plan, title, at, enumerate(rows, start=number + 1))
            return
        columns = _stage_columns(at)
        if "编号" in at and columns:
            yield from _Schools(plan, title, at, columns).differences(list(enumerate(rows, start=number + 1)))
            return
        if number >= MOST_HEAD_ROWS:
            return


def _stage_columns(at: Mapping[str, int]) -> dict[Stage, int]:
    found = ((stage, at.get(f"{prefix}{stage.zh}学位")) for prefix in _PREFIXES for stage in Stage)
    return {stage: position for stage, position in found if position is not None}


def _balance(
    plan: Plan, title: str, at: Mapping[str, int], rows: Iterator[tuple[int, Sequence[Any]]]
) -> Iterator[Found]:
    """Table 3: the rows of the year of the data."""
    stages = {stage.zh: _Districts(stage) for stage in Stage}
    year = seats_today(plan).year
    for number, row in rows:
        stage = stages.get(str(row[at["学段"]] or "").partition(" / ")[0]) if "学段" in at else None
        if stage is not None and year is not None and row[at["学年"]] == year:
            where = f"{title}!{column_letters(at[_EXISTING])}{number}"
            stage.stated.append((str(row[at["编号"]] or ""), where, row[at[_EXISTING]]))
    for stage in stages.values():
        yield from stage.differences(plan)


class _Schools:
    """A sheet with a row for each school and a column of seats for each stage."""

    def __init__(self, plan: Plan, title: str, at: Mapping[str, int], columns: Mapping[Stage, int]) -> None:
        self.plan, self.title, self.at, self.columns = plan, title, at, columns
        self.seats = seats_today(plan)

    def differences(self, rows: Sequence[tuple[int, Sequence[Any]]]) -> Iterator[Found]:
        for stage, column in self.columns.items():
            found = [*self._totals(stage, column, rows), *self._cells(stage, column, rows)]
            # a wrong cell makes a wrong sum: one fault is told once
            yield from found or self._sums(stage, column, rows)

    def _where(self, column: int, row: int) -> str:
        return f"{self.title}!{column_letters(column)}{row}"

    def _totals(self, stage: Stage, column: int, rows: Sequence[tuple[int, Sequence[Any]]]) -> Iterator[Found]:
        total = self.seats.total(stage)
        for number, row in rows:
            name = str(row[self.at["学校名称"]] or "") if "学校名称" in self.at and not row[self.at["编号"]] else ""
            right = {PUBLIC_SEATS: total.public}.get(name, total.seats if name.startswith("合计 ") else None)
            if right is not None and not _same(row[column], right):
                what = f"{stage.zh}学位{name} {stage.value} seats"
                yield self._where(column, number), what, round(right), row[column]

    def _cells(self, stage: Stage, column: int, rows: Sequence[tuple[int, Sequence[Any]]]) -> Iterator[Found]:
        stated: dict[str, list[tuple[int, object]]] = {}
        for number, row in rows:
            stated.setdefault(str(row[self.at["编号"]] or ""), []).append((number, row[column]))
        for offer in self.seats.rows:
            mine = stated.get(clean_text(offer.id), []) if offer.stage is stage else []
            # a project or a site may be called like a school
            if mine and not any(_same(value, offer.seats) for _, value in mine):
                number, value = mine[0]
                right = round(offer.seats) if np.isfinite(offer.seats) else None
                yield self._where(column, number), f"{offer.id} {stage.zh}学位 {stage.value} seats", right, value

    def _sums(self, stage: Stage, column: int, rows: Sequence[tuple[int, Sequence[Any]]]) -> Iterator[Found]:
        """Public seats by district, as a reader adds them up."""
        names = dict(zip(self.plan.units.district_ids, self.plan.units.district_names, strict=True))
        right: dict[str, float] = {}
        for offer in self.seats.rows:
            if offer.stage is stage and offer.is_public and np.isfinite(offer.seats):
                name = clean_text(names.get(offer.place, ""))
                right[name] = right.get(name, 0.0) + offer.seats
        stated: dict[str, float] = {}
        for _, row in rows:
            value = row[column]
            is_private = self._word(row, "办学性质").startswith("民办")
            if row[self.at["编号"]] and isinstance(value, int | float) and not is_private:
                name = self._word(row, "片区")
                stated[name] = stated.get(name, 0.0) + value
        span = f"{self._where(column, rows[0][0])}:{column_letters(column)}{rows[-1][0]}" if rows else self.title
        for name in sorted({*right, *stated} if "片区" in self.at else ()):
            one, other = right.get(name, 0.0), stated.get(name, 0.0)
            if round(one) != round(other):
                yield span, f"{name or '片区以外'} {stage.zh}公办学位合计 {stage.value} public seats", round(one), other

    def _word(self, row: Sequence[Any], head: str) -> str:
        return str(row[self.at[head]] or "") if head in self.at else ""


def _page(plan: Plan, path: Path) -> Iterator[Found]:
    data = page_data(path)
    seats = data.get("balance") if isinstance(data, dict) else None
    year = str(seats_today(plan).year)
    ids = (*plan.units.district_ids, "")
    for stage, years in (seats or {}).get("stages", {}).items():
        columns = years.get(year, {})
        if "planned" in columns:
            found = _Districts(Stage(stage))
            for at, (place, have, more) in enumerate(zip(ids, columns["seats"], columns["planned"], strict=False)):
                if have is not None:
                    where = f"balance.stages.{stage}.{year}.seats[{at}]"
                    found.stated.append((place, where, _less(have, more)))
            yield from found.differences(plan)


def _figures(plan: Plan, path: Path) -> Iterator[Found]:
    figures = json.loads(path.read_text(encoding="utf-8"))["figures"]
    year = seats_today(plan).year
    for stage in Stage:
        found = _Districts(stage)
        for place in (*plan.units.district_ids, ""):
            key = f"seats.{stage.value}.{year}" + (f".{part(place)}" if place else "")
            if f"{key}.seats" in figures and f"{key}.planned" in figures:
                seats = _less(figures[f"{key}.seats"].get("value"), figures[f"{key}.planned"].get("value"))
                found.stated.append((place, f"{key}.seats", seats))
        yield from found.differences(plan)


def _less(seats: object, planned: object) -> object:
    """Seats of today's schools: all less those of projects; what is no number is handed on, to be refused."""
    if isinstance(seats, int | float) and isinstance(planned, int | float):
        return seats - planned
    return seats
