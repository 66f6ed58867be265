"""What the page shows, as plain values: the only room between a plan and its HTML.

Every figure is taken from the plan's own objects; nothing is computed twice. Pupils below ten are suppressed here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geoplan.inputs import layer_schemas
from geoplan.publish.finding_words import finding_rows, school_names
from geoplan.publish.payload_scenarios import scenario_rows
from geoplan.publish.payload_schools import SchoolRows
from geoplan.publish.payload_seats import seat_balance
from geoplan.publish.payload_sites import number, proposal_row
from geoplan.publish.payload_views import ViewPainter, whole
from geoplan.publish.phases import phases_of
from geoplan.publish.places import Places, group_places
from geoplan.publish.privacy import counted, words
from geoplan.publish.privacy_sites import told_count
from geoplan.publish.shapes import Pen
from geoplan.publish.stage_seats import seats_today
from geoplan.publish.version import plan_version
from geoplan.publish.wording import footer, notices, rule_card, verdict_rows
from geoplan.types import Travel

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

    from geoplan.demand import StageSeats, Units
    from geoplan.inputs import LayerSchema
    from geoplan.plan import Plan, PupilPlan, StagePlan
    from geoplan.publish.mapfile import MapFile
    from geoplan.publish.privacy import Count
    from geoplan.types import Layers

MAJOR_ROADS = ("trunk", "primary", "secondary", "tertiary")
MOST_MINOR_ROADS = 4_000
_TRAVEL_EN = {Travel.STRAIGHT: "Straight line", Travel.WALK: "Walking network"}


def build_payload(plan: Plan, map_file: MapFile, *, pupils: PupilPlan | None = None) -> dict[str, Any]:
    """The payload of the page, with parallel arrays for places, schools and districts.

    Args:
        pupils: gives the balance of seats by district and year, where the project has tables for it.
    """
    schemas = layer_schemas(plan.config.folder)
    extent = _extent(plan)
    pen = Pen(plan.layers.crs, extent)
    places, phases = group_places(plan.units), phases_of(plan)
    schools = SchoolRows(plan, phases)
    painter = ViewPainter(plan, places, pen, schools, phases)
    west, south, east, north = extent
    balance = seat_balance(plan, pupils, phases)
    return {
        "version": 1,
        "edition": plan_version(plan),
        "map": map_file.name,
        "title": map_file.title or plan.config.name,
        "author": plan.config.author,
        "data_date": plan.config.data_date,
        "approval_number": map_file.approval_number,
        "notices": notices(plan, map_file),
        "channels": list(map_file.notice.channels) if map_file.notice is not None else [],
        "crs": "local" if plan.layers.is_local else "geographic",
        "steps": pen.scale,
        "bounds": pen.points(np.array([[west, south], [east, north]])).tolist(),
        "measure": plan.units.counts,
        "stages": [_stage(stage_plan, schemas) for stage_plan in plan.stages],
        "travels": [
            {"id": travel.value, "zh": travel.zh, "en": _TRAVEL_EN[travel]}
            for travel in Travel
            if any(view.travel is travel for stage_plan in plan.stages for view in stage_plan.views)
        ],
        **({"phases": [phase.words() for phase in phases]} if any(stage.programme for stage in plan.stages) else {}),
        **({"balance": balance} if balance is not None else {}),
        "districts": district_columns(plan.units, pen, boundaries=map_file.boundaries),
        "base": base_lines(plan.layers, pen, map_file, schemas),
        "places": _places(plan, places, pen),
        "schools": _schools(schools, pen, seats_today(plan)),
        **({"closes": schools.closes} if schools.closes else {}),
        **({"opens": schools.opens} if schools.opens else {}),
        "views": [painter.view(stage_plan, view) for stage_plan in plan.stages for view in stage_plan.views],
        "proposals": {
            stage_plan.stage.value: proposal_row(plan, stage_plan, pen, phases) for stage_plan in plan.stages
        },
        **({"scenarios": scenario_rows(plan, places, pen)} if plan.scenarios else {}),
        "verdicts": verdict_rows(plan),
        "rules": [rule_card(rule) for rule in plan.rules_in_force()],
        "findings": _findings(plan, schemas),
        "footer": footer(plan),
    }


def _findings(plan: Plan, schemas: Mapping[str, LayerSchema]) -> list[dict[str, Any]]:
    """Findings in groups, the gravest first."""
    titles = {role: schema.title_zh for role, schema in schemas.items()}
    return finding_rows(plan.findings, titles, school_names(plan.layers), lambda text: words(plan, text))


def _schools(schools: SchoolRows, pen: Pen, seats: StageSeats) -> dict[str, Any]:
    supplies = schools.first
    xy = np.array([supply.xy[position] for supply, position in supplies]).reshape(-1, 2)
    at = pen.points(xy)
    return {
        "id": list(schools.row),
        "name": [str(supply.names[position]) for supply, position in supplies],
        "lat": at[:, 0].tolist(),
        "lon": at[:, 1].tolist(),
        "stages": packed(schools.stages),
        # a school's card speaks of the whole school
        "capacity": [number(seats.whole(each)) for each in schools.row],
        "ownership": packed([_ownership(supply.is_public[p], knows=supply.knows_ownership) for supply, p in supplies]),
        "district": [int(supply.district[position]) for supply, position in supplies],
    }


def packed(column: list[Any]) -> dict[str, list[Any]]:
    """A column of few different values: the values once, in the order of their first use, and where each stands."""
    values: list[Any] = []
    where: dict[str, int] = {}
    at = []
    for value in column:
        key = repr(value)
        if key not in where:
            where[key] = len(values)
            values.append(value)
        at.append(where[key])
    return {"values": values, "at": at}


def _extent(plan: Plan) -> tuple[float, float, float, float]:
    """West, south, east, north of districts, or of the people where there are none, with a margin."""
    shapes = plan.units.district_shapes[~shapely.is_missing(plan.units.district_shapes)]
    west, south, east, north = shapely.total_bounds(shapes if len(shapes) else plan.units.geometry)
    margin = 0.02 * max(east - west, north - south, 100.0)
    return west - margin, south - margin, east + margin, north + margin


def _stage(stage_plan: StagePlan, schemas: Mapping[str, LayerSchema]) -> dict[str, str]:
    stage = stage_plan.stage
    style = schemas["schools"].style.of(stage.value)
    return {
        "id": stage.value,
        "zh": stage.zh,
        "en": style.legend_en or stage.value.capitalize(),
        "colour": style.colour,
        "shape": style.shape,
    }


def district_columns(units: Units, pen: Pen, *, boundaries: bool) -> dict[str, Any]:
    """Districts as parallel arrays; without outlines where boundaries are not to be shown."""
    shapes = pen.coverage(units.district_shapes) if boundaries else [[] for _ in units.district_ids]
    return {
        "id": list(units.district_ids),
        "name": list(units.district_names),
        "area": list(units.district_areas),
        "shape": shapes,
    }


def base_lines(
    layers: Layers,
    pen: Pen,
    map_file: MapFile,
    schemas: Mapping[str, LayerSchema],
    *,
    box: shapely.Geometry | None = None,
) -> list[dict[str, Any]]:
    """Lines that are drawn under everything else; with a box only those that reach into it."""
    drawn = []
    if "roads" in map_file.base and layers.roads is not None:
        frame = _within(layers.roads.frame, box)
        if len(frame) > MOST_MINOR_ROADS and "class" in frame:
            frame = frame[frame["class"].isin(MAJOR_ROADS)]
        style = schemas["roads"].style
        lines = pen.lines(np.asarray(frame.geometry.array, dtype=object))
        drawn.append({"id": "roads", "zh": "道路", "en": "Roads", "colour": style.colour, "width": 1, "lines": lines})
    if "barriers" in map_file.base and layers.barriers is not None:
        frame = _within(layers.barriers.frame, box)
        style = schemas["barriers"].style
        for kind in sorted(set(frame["kind"]) - {"crossing", "gate"}):
            mine = style.of(kind)
            shapes = np.asarray(frame.geometry.array, dtype=object)[(frame["kind"] == kind).to_numpy()]
            drawn.append(
                {
                    "id": kind,
                    "zh": mine.legend_zh,
                    "en": mine.legend_en,
                    "colour": mine.colour,
                    "width": 2,
                    "lines": pen.lines(shapes),
                }
            )
    return drawn


def _within(frame: gpd.GeoDataFrame, box: shapely.Geometry | None) -> gpd.GeoDataFrame:
    return frame if box is None else frame[frame.geometry.intersects(box)]


def _places(plan: Plan, places: Places, pen: Pen) -> dict[str, Any]:
    units = places.units
    at = pen.points(places.xy)
    outlines = places.outlines
    return {
        "id": [str(each) for each in units.ids[places.heaviest]],
        "name": places.names,
        "lat": at[:, 0].tolist(),
        "lon": at[:, 1].tolist(),
        "people": _people(plan, places),
        "district": [int(each) for each in units.district[places.heaviest]],
        "area": packed([str(each) for each in units.area[places.heaviest]]),
        "shape": packed([None] * len(places)) if outlines is None else [pen.shape(outline) for outline in outlines],
    }


def _people(plan: Plan, places: Places) -> list[Count]:
    """People of each place; of pupils none that is a handful, or gives one away."""
    people = places.people
    if plan.units.counts != "pupils":
        return [whole(counted(plan, each)) for each in people]
    kind = "unit" if len(places) == len(plan.units) else "place"
    return [whole(told_count(plan, each, kind, row)) for row, each in enumerate(people)]


def _ownership(is_public: bool, *, knows: bool) -> str:  # noqa: FBT001  a cell of a column, not a switch
    return ("public" if is_public else "private") if knows else ""
