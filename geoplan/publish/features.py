"""The layers of the GeoPackage as frames: field names in English, metres and people, rows in the plan's own order.

Pupils are left out altogether. Where the population layer counts pupils, a count of one to nine is null.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geoplan.publish.clean import clean_text
from geoplan.publish.places import Places
from geoplan.publish.privacy import words
from geoplan.publish.privacy_sites import gap_way_m, public_site
from geoplan.publish.privacy_tallies import gap_people, hidden_units, public_tallies
from geoplan.publish.sheets import district_label, every_view
from geoplan.publish.stage_seats import seats_today
from geoplan.publish.styles import STATE_ZH, stages_key, view_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from geoplan.coverage import Coverage
    from geoplan.plan import Plan, ProposedSite, StagePlan

DRAWN_WITHIN_M = 2.0
"""Service areas are simplified by so much."""

Fields = dict[str, "pd.Series[Any]"]


def texts(values: Iterable[object]) -> pd.Series[Any]:
    """A column of text."""
    return pd.Series([clean_text(str(value)) for value in values], dtype=object)


def numbers(values: Iterable[float]) -> pd.Series[Any]:
    """A column of figures; null where they are not finite."""
    found = np.array([round(float(value), 6) for value in values], dtype=float)
    return pd.Series(np.where(np.isfinite(found), found, np.nan), dtype=float)


def _told(count: float | str | None) -> float:
    """A count, or nan where it must not be published."""
    return float(count) if isinstance(count, int | float) else np.nan


def _frame(plan: Plan, fields: Fields, geometry: Iterable[shapely.Geometry | None]) -> gpd.GeoDataFrame:
    """An empty geometry becomes null: GeoPackage readers draw neither, and some stumble over the empty one."""
    shapes = [None if shape is None or shapely.is_empty(shape) else shape for shape in geometry]
    return gpd.GeoDataFrame(fields, geometry=gpd.GeoSeries(shapes, crs=plan.layers.crs), crs=plan.layers.crs)


def _shares(plan: Plan, share: Any) -> Fields:  # noqa: ANN401  a function of a coverage
    """One field for each stage, travel mode and state, such as `primary_walk_after`."""
    return {
        view_key(stage_plan.stage, view.travel, state).replace(" ", "_"): numbers(share(coverage))
        for stage_plan, view in every_view(plan)
        for state, coverage in zip(STATE_ZH, (view.before, view.after), strict=True)
    }


def districts(plan: Plan) -> gpd.GeoDataFrame:
    """Districts with their people and the share within the radius; one without a polygon has no geometry."""
    units = plan.units
    before = plan.stages[0].views[0].before if plan.stages else None
    tallies = [] if before is None else public_tallies(plan, [tally for _, _, tally in before.by_district()])
    people = [_told(tally.people) for tally in tallies] or [0.0] * len(units.district_ids)
    fields = {
        "id": texts(units.district_ids),
        "name": texts(units.district_names),
        "area": texts(units.district_areas),
        "people": numbers(people),
        **_shares(plan, lambda coverage: _district_share(plan, coverage)),
    }
    return _frame(plan, fields, units.district_shapes)


def _district_share(plan: Plan, coverage: Coverage) -> list[float]:
    shares = [each.share for each in public_tallies(plan, [tally for _, _, tally in coverage.by_district()])]
    return [np.nan if share is None else share for share in shares]


def schools(plan: Plan) -> gpd.GeoDataFrame:
    """One row for each school with all its stages; seats null where unknown."""
    layer = plan.layers.schools
    if layer is None:
        columns = ("id", "name", "stages", "ownership", "district", "kind")
        return _frame(plan, {each: texts(()) for each in columns} | {"seats": numbers(())}, ())
    frame = layer.frame
    blank = [""] * len(frame)
    fields = {
        "id": texts(frame.index),
        "name": texts(frame["name"]),
        "stages": texts(stages_key(offered) for offered in frame["stages"]),
        "ownership": texts(frame.get("ownership", blank)),
        "district": texts(frame.get("district", blank)),
        "kind": texts(frame.get("kind", blank)),
        "seats": numbers(seats_today(plan).whole(str(each)) for each in frame.index),
    }
    return _frame(plan, fields, frame.geometry.array)


def places(plan: Plan) -> list[tuple[str, str, gpd.GeoDataFrame]]:
    """`(layer, family, frame)` of the population rows with the share of their people within the radius.

    Points and polygons do not share a layer, because QGIS draws one family of a layer: where both occur, the
    polygons stand in `place_areas`.
    """
    units = plan.units
    fields = {
        "id": texts(units.ids),
        "name": texts(units.names),
        "people": numbers(np.where(hidden_units(plan), np.nan, units.people)),
        "district": texts(district_label(plan, int(row)) for row in units.district),
        "area": texts(units.area),
        **_shares(plan, lambda coverage: coverage.unit_share()),
        **_nearest(plan),
    }
    frame = _frame(plan, fields, units.geometry)
    is_polygon: NDArray[np.bool_] = np.asarray(shapely.area(units.geometry) > 0)
    if is_polygon.all() and len(frame):
        return [("places", "polygon", frame)]
    found = [("places", "point", frame[~is_polygon])]
    return [*found, ("place_areas", "polygon", frame[is_polygon])] if is_polygon.any() else found


def _nearest(plan: Plan) -> Fields:
    """The nearest school of each place and its distance, by the mode that sites were chosen by: `primary_after_m`."""
    rows = np.arange(len(plan.units))
    alone = Places(plan.units, rows, rows, np.ones_like(rows), plan.units.people)
    fields: Fields = {}
    for stage_plan in plan.stages:
        for state, coverage in zip(STATE_ZH, (stage_plan.basis.before, stage_plan.basis.after), strict=True):
            school, metres = alone.nearest(coverage)
            ids = coverage.supply.ids
            key = f"{stage_plan.stage.value}_{state}"
            fields[f"{key}_school"] = texts(ids[row] if row >= 0 else "" for row in school)
            fields[f"{key}_m"] = numbers(each if each >= 0 else np.nan for each in metres)
    return fields


def gaps(plan: Plan) -> gpd.GeoDataFrame:
    """Every gap, also those that `closings` make; `distance_m` is null where some of its people can reach no school."""
    found = [gap for _, view in every_view(plan) for gap in view.all_gaps]
    fields = {
        "id": texts(gap.id for gap in found),
        "stage": texts(gap.stage.value for gap in found),
        "travel": texts(gap.travel.value for gap in found),
        "view": texts(view_key(gap.stage, gap.travel) for gap in found),
        "district": texts(district_label(plan, gap.district) for gap in found),
        "people": numbers(_told(gap_people(plan, gap)) for gap in found),
        "closings": texts(", ".join(gap.closings) for gap in found),
        "since": numbers(np.nan if gap.since is None else gap.since for gap in found),
        "nearest_school": texts(gap.school for gap in found),
        "nearest_name": texts(gap.school_name for gap in found),
        "distance_m": numbers(gap_way_m(plan, gap) for gap in found),
    }
    return _frame(plan, fields, [gap.polygon for gap in found])


def proposed_sites(plan: Plan) -> gpd.GeoDataFrame:
    """Every proposed site with its reasons."""
    found = [(stage_plan, site) for stage_plan in plan.stages for site in stage_plan.proposal.sites]
    sites = [site for _, site in found]
    others = [site.next_best for site in sites]
    told = [public_site(plan, stage_plan, site) for stage_plan, site in found]
    fields = {
        "id": texts(site.id for site in sites),
        "name": texts(site.name for site in sites),
        "stage": texts(stage_plan.stage.value for stage_plan, _ in found),
        "travel": texts(stage_plan.proposal.travel.value for stage_plan, _ in found),
        "kind": texts(site.kind for site in sites),
        "district": texts(district_label(plan, site.district) for site in sites),
        "seats": numbers(site.seats for site in sites),
        "people_newly_covered": numbers(_told(each.people_newly) for each in told),
        "people_assigned": numbers(_told(each.people_assigned) for each in told),
        "gaps": texts(", ".join(site.gaps) for site in sites),
        "verdict": texts("" if site.verdict is None else site.verdict.state.value for site in sites),
        "next_best": texts("" if other is None or other.other is None else other.other for other in others),
        "why_zh": texts("；".join(words(plan, zh) for zh, _ in site.why) for site in sites),
        "why_en": texts("; ".join(words(plan, en) for _, en in site.why) for site in sites),
        "year": numbers(_year(stage_plan, site) for stage_plan, site in found),
        "solver_status": texts(stage_plan.proposal.solution.status.value for stage_plan, _ in found),
    }
    return _frame(plan, fields, _points([site.xy for site in sites]))


def _year(stage_plan: StagePlan, site: ProposedSite) -> float:
    """The year of the programme in which a site opens, nan without one."""
    year = stage_plan.programme.year_of(site.id)
    return np.nan if year is None else float(year)


def _points(xy: Sequence[tuple[float, float]]) -> list[shapely.Geometry]:
    return [shapely.Point(x, y) for x, y in xy]


def service_areas(plan: Plan) -> gpd.GeoDataFrame:
    """What lies within reach of some school, to look at: one row for each stage, travel mode and state."""
    found = [
        (stage_plan.stage, view, state, shape)
        for stage_plan, view in every_view(plan)
        for state, shape in zip(STATE_ZH, (view.area_before, view.area_after), strict=True)
    ]
    fields = {
        "stage": texts(stage.value for stage, _, _, _ in found),
        "travel": texts(view.travel.value for _, view, _, _ in found),
        "state": texts(state for _, _, state, _ in found),
        "view": texts(view_key(stage, view.travel, state) for stage, view, state, _ in found),
        "radii": texts(_radii(view.before) for _, view, _, _ in found),
    }
    # arcs of thousands of circles fill megabytes, and nobody is counted by these drawings
    return _frame(plan, fields, [shapely.simplify(shape, DRAWN_WITHIN_M) for _, _, _, shape in found])


def _radii(coverage: Coverage) -> str:
    return ", ".join(f"{each.area.value} {each.radius_m:g} m" for each in coverage.radii if each.radius_m is not None)
