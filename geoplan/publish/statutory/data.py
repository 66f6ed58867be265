"""The layers of the set's GeoPackage: those of the plan, and planned schools, the balance by district, and zones."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from geoplan.inputs import layer_schemas
from geoplan.publish.balance_public import public_balance
from geoplan.publish.clean import clean_text
from geoplan.publish.features import numbers, texts
from geoplan.publish.geopackage import plan_layers
from geoplan.publish.qgis import Category, LayerStyle, Mark
from geoplan.publish.sheets import district_label
from geoplan.publish.statutory.states import Action
from geoplan.publish.styles import stages_key
from geoplan.publish.zones_features import zone_layers
from geoplan.publish.zones_shapes import shapes_after, shapes_before, zone_colours

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geoplan.inputs import LayerSchema
    from geoplan.plan import Plan
    from geoplan.publish.edition import Edition
    from geoplan.publish.statutory.states import PlannedSchool
    from geoplan.publish.zones_public import ZoneBook
    from geoplan.types import Stage

    Styled = tuple[LayerStyle, gpd.GeoDataFrame]

PLANNED, BALANCE = "planned_schools", "balance"
_COLOURS = {
    Action.KEEP: ("#6b7c85", "dot", 1.6), Action.EXPAND: ("#0072B2", "square", 3.6),
    Action.NEW: ("#f4b81f", "star", 5.0), Action.MOVE: ("#009E73", "diamond", 4.0),
    Action.MERGE: ("#CC79A7", "triangle", 4.0),
    Action.CLOSE: ("#B04A16", "cross", 4.0),
}  # fmt: skip
SHORT, ENOUGH, UNKNOWN = "short", "enough", "unknown"
_STATES = {
    SHORT: ("学位不足 / seats are short", "#e08a4f"), ENOUGH: ("学位够用 / seats suffice", "#9fc3d6"),
    UNKNOWN: ("不详或不公布 / unknown or not published", "#d8d6cf"),
}  # fmt: skip


def set_layers(edition: Edition, schools: Sequence[PlannedSchool]) -> list[Styled]:
    """Every layer with its style, areas first.

    Args:
        schools: from `planned_schools`; those without a place are in the tables only.
    """
    plan = edition.plan
    schemas = layer_schemas(plan.config.folder)
    layers = plan_layers(plan)
    is_area = [style.family == "polygon" for style, _ in layers]
    return [
        *(layer for layer, area in zip(layers, is_area, strict=True) if area),
        *_balances(edition),
        *(layer for book in edition.zones for layer in _zones(book, schemas)),
        *(layer for layer, area in zip(layers, is_area, strict=True) if not area),
        _planned(plan, schools),
    ]


def _planned(plan: Plan, schools: Sequence[PlannedSchool]) -> Styled:
    # kept schools come first, and what changes is drawn over them
    placed = sorted(
        (school for school in schools if school.xy is not None), key=lambda each: each.action != Action.KEEP
    )
    blank = float("nan")
    fields = {
        "id": texts(school.id for school in placed),
        "name": texts(school.name for school in placed),
        "stages": texts(stages_key(school.stages) for school in placed),
        "action": texts(school.action.value for school in placed),
        "action_zh": texts(school.action.zh for school in placed),
        "district": texts(district_label(plan, school.district) for school in placed),
        "ownership": texts(school.ownership for school in placed),
        "classes": numbers(blank if school.classes is None else school.classes for school in placed),
        "seats_now": numbers(blank if school.seats_now is None else school.seats_now for school in placed),
        "seats": numbers(blank if school.seats is None else school.seats for school in placed),
        "land_m2": numbers(blank if school.land_m2 is None else school.land_m2 for school in placed),
        "plot": texts(school.plot for school in placed),
        "year": numbers(blank if school.year is None else school.year for school in placed),
        "basis": texts(" / ".join(filter(None, school.basis)) for school in placed),
    }
    shapes = [shapely.Point(*school.xy) for school in placed if school.xy is not None]
    frame = gpd.GeoDataFrame(fields, geometry=gpd.GeoSeries(shapes, crs=plan.layers.crs), crs=plan.layers.crs)
    categories = tuple(
        Category(action.value, action.words, (Mark(colour, shape, size_mm=size),))
        for action, (colour, shape, size) in _COLOURS.items()
    )
    return LayerStyle(PLANNED, "规划学校 / Schools as planned", "point", "action", categories), frame


def _balances(edition: Edition) -> list[Styled]:
    """One layer for each stage: districts with pupils, seats and what is short, in every year shown."""
    pupils = edition.pupils
    if pupils is None or pupils.balance is None or not pupils.years:
        return []
    return [_balance(edition, stage, pupils.years) for stage in pupils.balance.stages]


def _balance(edition: Edition, stage: Stage, years: Sequence[int]) -> Styled:
    plan, pupils = edition.plan, edition.pupils
    units = plan.units
    balance = None if pupils is None else pupils.balance
    fields = {"id": texts(units.district_ids), "name": texts(units.district_names)}
    states = [UNKNOWN] * len(units.district_ids)
    last = years[-1]
    for year in years:
        rows = {} if balance is None else {each.row.place: each for each in public_balance(balance, stage, year)}
        mine = [rows.get(each) for each in units.district_ids]
        fields[f"pupils_{year}"] = numbers(
            each.pupils if each is not None and isinstance(each.pupils, int) else np.nan for each in mine
        )
        fields[f"seats_{year}"] = numbers(np.nan if each is None else round(each.row.seats) for each in mine)
        for name in ("gap", "surplus"):
            told = [None if each is None else getattr(each, name) for each in mine]
            fields[f"{name}_{year}"] = numbers(np.nan if value is None else value for value in told)
        if year == last:
            gaps = [None if each is None else each.gap for each in mine]
            states = [UNKNOWN if gap is None else SHORT if gap > 0 else ENOUGH for gap in gaps]
    fields["state"] = texts(states)
    shapes = list(units.district_shapes)
    frame = gpd.GeoDataFrame(fields, geometry=gpd.GeoSeries(shapes, crs=plan.layers.crs), crs=plan.layers.crs)
    categories = tuple(
        Category(state, label, (Mark(colour, "fill", opacity=0.7), Mark("#51616b", "outline")))
        for state, (label, colour) in _STATES.items()
    )
    title = clean_text(f"{stage.zh}学位供需（{last}年） / {stage.value}: balance of seats, {last}")
    return LayerStyle(f"{BALANCE}_{stage.value}", title, "polygon", "state", categories), frame


def _zones(book: ZoneBook, schemas: Mapping[str, LayerSchema]) -> list[Styled]:
    """Zones before and after, and the units that change; the schools are those of the plan's own layer."""
    before, after = shapes_before(book), shapes_after(book)
    layers = zone_layers(book, schemas, before, after, zone_colours(book, before, after))
    stage = book.found.stage
    return [
        (replace(style, layer=f"{style.layer}_{stage.value}", title=clean_text(f"{stage.zh} {style.title}")), frame)
        for style, frame in layers
        if style.layer != "schools"
    ]
