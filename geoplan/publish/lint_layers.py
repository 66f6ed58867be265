"""Page and GeoPackage beside the figures of their publication: seats of every year, what each row of a layer counts.

Figures are those of figures.json where it is among the files, else those of the edition; a school's seats are those of
the plan's schools, as for the tables (`lint_seats`).
"""

from __future__ import annotations

import json
import math
import re
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

from geoplan.publish.clean import clean_text
from geoplan.publish.figures import figures_of, part
from geoplan.publish.lint_cells import page_data
from geoplan.publish.sheets import every_view
from geoplan.publish.stage_seats import seats_today
from geoplan.publish.styles import STATE_ZH, view_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from geoplan.plan import Plan
    from geoplan.publish.edition import Edition
    from geoplan.publish.lint_seats import Difference, Found

    Row = Mapping[str, Any]
    Known = Mapping[str, Any]

_PAGE_BALANCE = {
    "pupils": "pupils", "seats": "seats", "planned": "planned", "short": "short", "spare": "surplus",
    "borrowed": "borrowed", "closes": "closes",
}  # fmt: skip
_LAYER_BALANCE = {"pupils": "pupils", "seats": "seats", "gap": "short", "surplus": "surplus"}
_OF_YEAR = re.compile(r"(pupils|seats|gap|surplus)_(\d{4})")
_SITE = {"people_newly_covered": "people_newly", "people_assigned": "people_assigned", "seats": "seats", "year": "year"}
_SEATS = {"schools": "seats", "planned_schools": "seats_now"}
_PLACES = ("places", "place_areas")
_LEAST = 1e-6
"""Shares are written with six decimals."""


def figure_differences(edition: Edition, files: Sequence[Path]) -> Iterator[Difference]:
    """Every place of a page or a GeoPackage that says another number than the figures, or than the plan's schools."""
    asked = [path for path in files if path.suffix in {".html", ".gpkg"}]
    if not asked:
        return
    written = next((path for path in files if path.name == "figures.json"), None)
    if written is None:
        known = {key: figure.value for key, figure in figures_of(edition).items()}
    else:
        figures = json.loads(written.read_text(encoding="utf-8"))["figures"]
        known = {key: figure.get("value") for key, figure in figures.items()}
    for path in asked:
        found = _page(edition.plan, known, path) if path.suffix == ".html" else _geopackage(edition.plan, known, path)
        yield from ((path.name, *each) for each in found)


def _page(plan: Plan, known: Known, path: Path) -> Iterator[Found]:
    data = page_data(path)
    balance = data.get("balance") if isinstance(data, dict) else None
    ids = (*plan.units.district_ids, "")
    for stage, years in (balance or {}).get("stages", {}).items():
        for year, columns in years.items():
            for column, name in _PAGE_BALANCE.items():
                for at, (place, value) in enumerate(zip(ids, columns.get(column, ()), strict=False)):
                    key = _balance_key(stage, year, place, name)
                    if key in known and not _same(known[key], value):
                        yield f"balance.stages.{stage}.{year}.{column}[{at}]", key, known[key], value


def _balance_key(stage: str, year: str, place: str, name: str) -> str:
    return f"seats.{stage}.{year}" + (f".{part(place)}" if place else "") + f".{name}"


def _geopackage(plan: Plan, known: Known, path: Path) -> Iterator[Found]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        database.row_factory = sqlite3.Row
        contents = "SELECT table_name FROM gpkg_contents WHERE data_type = 'features' ORDER BY table_name"
        layers = {name: _rows(database, name) for (name,) in database.execute(contents).fetchall()}
    for layer, rows in layers.items():
        for row in rows:
            for column, key in _told(plan, layer, row):
                if key in known and not _same(known[key], row[column]):
                    yield _where(layer, row, column), key, known[key], row[column]
        if layer in _SEATS:
            yield from _school_seats(plan, layer, rows)
    yield from _covered(plan, known, [row for layer in _PLACES for row in layers.get(layer, ())])


def _rows(database: sqlite3.Connection, layer: str) -> list[Row]:
    quoted = layer.replace('"', '""')
    rows = database.execute(f'SELECT * FROM "{quoted}"')  # noqa: S608  quoted
    return [{key: row[key] for key in row.keys() if key != "geom"} for row in rows]  # noqa: SIM118  sqlite3.Row


def _where(layer: str, row: Row, column: str) -> str:
    return f"{layer}（fid {row.get('fid')}，id {row.get('id')}）.{column}"


def _told(plan: Plan, layer: str, row: Row) -> Iterator[tuple[str, str]]:
    """Columns of a row that a figure speaks of, with the figure's id."""
    key = part(str(row.get("id") or ""))
    if layer == "districts":
        for stage_plan, view in every_view(plan):
            head = f"{stage_plan.stage.value}.{view.travel.value}"
            yield "people", f"{head}.before.district.{key}.people"
            for state in STATE_ZH:
                column = view_key(stage_plan.stage, view.travel, state).replace(" ", "_")
                yield column, f"{head}.{state}.district.{key}.share"
    elif layer == "gaps":
        # a gap that a closing makes is none today
        for phase in ("before", "closing"):
            yield "people", f"{row['stage']}.{row['travel']}.{phase}.gap.{key}.people"
    elif layer == "proposed_sites":
        yield from ((column, f"{row['stage']}.site.{key}.{name}") for column, name in _SITE.items())
    elif layer.startswith("balance_"):
        for column in row:
            if match := _OF_YEAR.fullmatch(column):
                stage = layer.removeprefix("balance_")
                yield column, f"seats.{stage}.{match[2]}.{key}.{_LAYER_BALANCE[match[1]]}"


def _school_seats(plan: Plan, layer: str, rows: Sequence[Row]) -> Iterator[Found]:
    if plan.layers.schools is None:
        return
    column, seats = _SEATS[layer], seats_today(plan)
    right = {clean_text(str(each)): seats.whole(str(each)) for each in plan.layers.schools.frame.index}
    for row in rows:
        # a project or a site has no seats today, and stands in no roster
        if row["id"] in right and not _same(_none(right[row["id"]]), row[column]):
            what = f"{row['id']} 学位（各学段合计） seats of all stages"
            yield _where(layer, row, column), what, _none(right[row["id"]]), row[column]
    if layer == "schools":
        for missing in sorted(right.keys() - {row["id"] for row in rows}):
            yield layer, f"{missing}：学校 school", "一行 / a row", None


def _covered(plan: Plan, known: Known, rows: Sequence[Row]) -> Iterator[Found]:
    """People within the radius, added up over the places; left out where any place's people are withheld."""
    if not rows or any(row["people"] is None for row in rows):
        return
    for stage_plan, view in every_view(plan):
        for state in STATE_ZH:
            column = view_key(stage_plan.stage, view.travel, state).replace(" ", "_")
            told = math.fsum(row["people"] * (row[column] or 0.0) for row in rows)
            key = f"{stage_plan.stage.value}.{view.travel.value}.{state}.covered"
            right = known.get(key)
            if isinstance(right, int | float) and abs(told - right) > 1 + _LEAST * right:
                yield f"places.{column} × people（合计 sum）", key, right, round(told)


def _same(figure: object, value: object) -> bool:
    """Equal as written; what is withheld as a text or unknown may be null in a layer."""
    if isinstance(figure, int | float) and isinstance(value, int | float):
        is_share = isinstance(figure, float) and abs(figure) <= 1
        return abs(figure - value) <= 2 * _LEAST if is_share else round(figure) == round(value)
    return figure == value or (value is None and not isinstance(figure, int | float))


def _none(seats: float) -> float | None:
    return seats if math.isfinite(seats) else None
