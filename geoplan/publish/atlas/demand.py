"""Sheets that are drawn where their figures are given: pupils by year, seats against pupils, attendance zones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoplan.publish.atlas import panel, phrases
from geoplan.publish.atlas.canvas import Canvas
from geoplan.publish.atlas.ground import draw_ground, draw_outlines, drawn_districts, name_districts
from geoplan.publish.atlas.notes import notes as draw_notes
from geoplan.publish.atlas.page import FRAME, HIGH, NOTES_MM, PANEL_MM, TITLE_MM, WIDE
from geoplan.publish.atlas.sheet import INK, AtlasSheet, LegendItem, SheetTable, Sign, TableColumn
from geoplan.publish.atlas.stages import finish_map
from geoplan.publish.atlas.tables import tables as draw_tables
from geoplan.publish.balance_public import public_balance
from geoplan.publish.chart_kinds import cohort_wave, pupils_and_seats
from geoplan.publish.figures import part
from geoplan.publish.zones_features import ZONE_OPACITY
from geoplan.publish.zones_shapes import PALETTE, shapes_after, zone_colours

if TYPE_CHECKING:
    from geoplan.demand import Forecast
    from geoplan.publish.atlas.page import Page
    from geoplan.publish.atlas.sheet import Folio
    from geoplan.publish.balance_public import PublicBalance
    from geoplan.publish.charts import Chart
    from geoplan.publish.zones_public import ZoneBook
    from geoplan.types import Stage

_CHARTS_A_SHEET = 4
_NAMED = 4
# short of seats to empty seats, apart for colour-blind readers and in grey
_CLASSES = (
    (-np.inf, -0.30, "#c9683a", "缺口，超过学生数三成"),
    (-0.30, -0.10, "#e59b6b", "缺口，一成至三成"),
    (-0.10, -0.001, "#f6d3b5", "缺口，不到一成"),
    (-0.001, 0.10, "#dbe7ee", "无缺口，空余不到一成"),
    (0.10, np.inf, "#8db9d3", "空余一成以上"),
)
_UNKNOWN = Sign("fill", "#e2e2de", edge="#8b8577")


def forecast_sheets(folio: Folio) -> list[AtlasSheet]:
    """学龄人口预测图: the wave of pupils, and every stage against its seats."""
    charts = _charts(folio)
    parts = [charts[start : start + _CHARTS_A_SHEET] for start in range(0, len(charts), _CHARTS_A_SHEET)]
    return [
        AtlasSheet(
            "forecast" if number == 1 else f"forecast-{number}",
            "forecast",
            ("学龄人口预测图" + ("" if len(parts) == 1 else f"（{number}/{len(parts)}）"), "Pupils by year, and seats"),
            lambda page, these=these: _chart_sheet(page, folio, these),  # type: ignore[misc]
        )
        for number, these in enumerate(parts, start=1)
    ]


def _charts(folio: Folio) -> list[Chart]:
    forecasts = folio.forecasts
    if not forecasts or len(forecasts[0].years) < 2 or not folio.middle.is_forecast:
        return []
    middle = folio.middle
    known = [stage for stage in middle.pupils if np.isfinite(middle.total(stage)).all()]
    if not known:
        return []
    rows = folio.balance.rows if folio.balance is not None else ()
    charts = [cohort_wave(middle.years, {stage: middle.total(stage) for stage in known}, since=middle.since)]
    for stage in known:
        lines = {each.scenario.value: each.total(stage) for each in forecasts}
        seats = {row.year: row.seats for row in rows if row.stage is stage and row.place == ""}
        name = middle.scenario.value
        charts.append(pupils_and_seats(stage, middle.years, lines, seats, middle=name, since=middle.since))
    return charts


def _chart_sheet(page: Page, folio: Folio, charts: list[Chart]) -> None:
    west, south, east, north = FRAME
    wide, high = (east - PANEL_MM - west) / 2, (north - TITLE_MM - NOTES_MM - south) / 2
    page.rule(east - PANEL_MM, south + NOTES_MM, east - PANEL_MM, north - TITLE_MM, colour=INK, width=0.7)
    for place, chart in enumerate(charts):
        x, y = west + (place % 2) * wide, north - TITLE_MM - (place // 2 + 1) * high
        axes = page.figure.add_axes(((x + 18) / WIDE, (y + 14) / HIGH, (wide - 26) / WIDE, (high - 40) / HIGH))
        axes.patch.set_visible(False)
        chart.draw(axes, lambda zh, _en: zh)
        page.write(x + 8, y + high - 10, chart.title[0], 11, bold=True)
        page.write(x + 8, y + high - 15.5, chart.title[1], 7, colour="#51616b")
    middle = folio.middle
    name = middle.scenario.value
    peaks: list[tuple[str, str]] = []
    for stage in middle.known:
        peaks.append((f"{stage.zh}高峰年", folio.word(f"pupils.{stage.value}.peak_year.{name}", " 年")))
        peaks.append((f"{stage.zh}高峰年学生", folio.word(f"pupils.{stage.value}.peak.{name}", " 人")))
    panel.figures(page, peaks)
    draw_tables(page, [_pupils_table(folio, middle)])
    said = (f"方法：{middle.method.zh}，{middle.scenario.zh}。", *(zh for zh, _ in middle.assumptions))
    panel.paragraph(page, "方法与假定", "Assumptions", said)
    draw_notes(page, phrases.common_notes(folio))


def _pupils_table(folio: Folio, middle: Forecast) -> SheetTable:
    """Pupils of every year and stage, in the middle scenario."""
    columns = (TableColumn("学年", 16), *(TableColumn(stage.zh, 20, "right") for stage in middle.known))
    rows = tuple(
        (f"{year}", *(folio.word(f"pupils.{stage.value}.{year}.{middle.scenario.value}") for stage in middle.known))
        for year in middle.years.tolist()
    )
    return SheetTable(f"各学年学生数（{middle.scenario.zh}，人）", columns, rows, more="另有 {left} 个学年，见预测表")


def balance_sheets(folio: Folio) -> list[AtlasSheet]:
    """学位供需图: seats against pupils by district, of every stage and year that is shown."""
    balance = folio.balance
    if balance is None or not balance.years:
        return []
    return [
        AtlasSheet(
            f"{stage.value}-balance-{year}",
            f"{stage.value}-balance-{year}",
            (f"{stage.zh}学位供需图（{year} 年）", f"{stage.value.capitalize()}: seats against pupils, {year}"),
            lambda page, stage=stage, year=year: _balance(page, folio, stage, year),  # type: ignore[misc]
        )
        for stage in balance.stages
        for year in folio.years_shown
    ]


def _balance(page: Page, folio: Folio, stage: Stage, year: int) -> None:
    if folio.balance is None:
        return
    canvas = Canvas(page, folio.bounds)
    rows = public_balance(folio.balance, stage, year)
    by_place = {each.row.place: each for each in rows}
    ids = folio.plan.units.district_ids
    of_class = [_class_of(by_place.get(each)) for each in ids]
    for number, (_, _, colour, words) in enumerate(_CLASSES):
        _colour(canvas, folio, [each == number for each in of_class], Sign("fill", colour, edge="#8b8577"), words)
    _colour(canvas, folio, [each is None for each in of_class], _UNKNOWN, "没有数据或不公布")
    if folio.map_file.boundaries:
        draw_outlines(canvas, folio, drawn_districts(folio, canvas.window.detail_m))
    name_districts(canvas.text, folio)
    names = ("学生", "公办学位", "缺口（各片区之和）", "空余（各片区之和）")
    figures = list(zip(names, _balance_words(folio, by_place[""]), strict=True)) if "" in by_place else []
    cap = folio.balance.caps.get(stage)
    nowhere = [folio.plan.units.district_names[row] for row, each in enumerate(folio.district_middles) if each is None]
    notes = [
        *([f"{_some(nowhere)}没有界线，图上未绘，列于表中。"] if nowhere else []),
        f"学位按班额上限 {cap} 人计；民办学位不计入；缺口与空余不作相互抵扣。" if cap else "缺口与空余不作相互抵扣。",
        *phrases.common_notes(folio),
    ]
    finish_map(page, canvas, notes, [_balance_table(folio, rows)], rows=figures)


def _some(names: list[str]) -> str:
    return "、".join(names) if len(names) <= _NAMED else f"{names[0]}等 {len(names)} 个片区"


def _balance_words(folio: Folio, public: PublicBalance) -> tuple[str, ...]:
    """Pupils, seats, seats short and to spare, as they are published."""
    row = public.row
    key = f"seats.{row.stage.value}.{row.year}" + (f".{part(row.place)}" if row.place else "")
    return tuple(folio.word(f"{key}.{name}") for name in ("pupils", "seats", "short", "surplus"))


def _class_of(public: PublicBalance | None) -> int | None:
    """The class of a district by its published figures; None where there is nothing to publish."""
    if public is None or public.hidden or public.row.pupils <= 0:
        return None
    ratio = public.row.balance / public.row.pupils
    return next(number for number, (low, high, _, _) in enumerate(_CLASSES) if low <= ratio < high)


def _colour(canvas: Canvas, folio: Folio, which: list[bool], sign: Sign, words: str) -> None:
    """Fill the districts; as discs in their middles where boundaries are not to be shown."""
    drawn = [middle is not None for middle in folio.district_middles]
    rows = np.flatnonzero(np.array(which) & np.array(drawn))
    item = LegendItem(sign, words, "", f"{len(rows)} 个")
    if folio.map_file.boundaries:
        canvas.fill(drawn_districts(folio, canvas.window.detail_m)[rows], sign, item)
        return
    middles = [middle for row in rows if (middle := folio.district_middles[row]) is not None]
    if middles:
        disc = Sign("point", sign.colour, "circle", edge=sign.edge, size=10)
        canvas.marks(np.array(middles), disc)
        canvas.explain(LegendItem(disc, words, "", f"{len(rows)} 个"))


def _balance_table(folio: Folio, rows: list[PublicBalance]) -> SheetTable:
    columns = (
        TableColumn("片区", 30), TableColumn("学生", 16, "right"), TableColumn("公办学位", 16, "right"),
        TableColumn("缺口", 14, "right"), TableColumn("空余", 14, "right"),
    )  # fmt: skip
    cells = tuple((each.row.name, *_balance_words(folio, each)) for each in rows if each.row.place)
    return SheetTable("分区学位供需平衡", columns, cells, more="另有 {left} 个片区，见分区学位供需平衡表")


def zone_sheets(folio: Folio) -> list[AtlasSheet]:
    """学区划分图, one for each plan of zones."""
    return [
        AtlasSheet(
            f"{book.found.stage.value}-zones",
            f"{book.found.stage.value}-zones",
            (f"{book.found.stage.zh}学区划分图", f"{book.found.stage.value.capitalize()}: attendance zones"),
            lambda page, book=book: _zones(page, folio, book),  # type: ignore[misc]
        )
        for book in folio.zones
        if book.found.shown is not None
    ]


def _zones(page: Page, folio: Folio, book: ZoneBook) -> None:
    after = shapes_after(book)
    west, south, east, north = shapely.total_bounds(np.array([*after.values(), None], dtype=object)[:-1])
    canvas = Canvas(page, (west, south, east, north) if after else folio.bounds)
    draw_ground(canvas, folio, legend=False)
    for key, colour in zone_colours(book, after).items():
        if key in after:
            canvas.fill([after[key]], Sign("fill", PALETTE[colour], edge="#444444", opacity=ZONE_OPACITY))
    canvas.explain(LegendItem(Sign("fill", PALETTE[0], edge="#444444"), "学区（相邻异色）", "Zone", f"{len(after)} 个"))
    for zone in book.zones:
        if zone.id in after:
            middle = shapely.point_on_surface(after[zone.id])
            canvas.text.name(middle.x, middle.y, zone.name or zone.id, 6.5, bold=True)
    columns = (
        TableColumn("学区", 34), TableColumn("学位", 12, "right"), TableColumn("学生", 12, "right"),
        TableColumn("最远（米）", 15, "right"),
    )  # fmt: skip
    key = f"zones.{book.found.stage.value}"
    cells = tuple(
        (
            zone.name or zone.id,
            *(folio.word(f"{key}.{part(zone.id)}.{name}") for name in ("seats", "pupils", "longest_m")),
        )
        for zone in book.zones
        if zone.id in after
    )
    notes = [*(zh for zh, _ in (*book.headline, *book.certainty)), *phrases.common_notes(folio)]
    finish_map(page, canvas, notes, [SheetTable("学区一览", columns, cells, more="另有 {left} 个学区，见数据表")])
