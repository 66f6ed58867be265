"""What the page shows, as plain values: the only room between a plan and its HTML.

Every figure is taken from the plan's own objects; nothing is computed twice. Pupils below ten are suppressed here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geoplan.inputs import layer_schemas
from geoplan.plan import KIND_ZH
from geoplan.publish.places import Places, group_places
from geoplan.publish.privacy import counted, counted_part, suppressed, words
from geoplan.publish.shapes import Pen
from geoplan.publish.wording import footer, notices, rule_card, verdict_rows
from geoplan.types import Severity, Travel

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

    from geoplan.coverage import Coverage, Gap, Tally
    from geoplan.demand import Units
    from geoplan.inputs import LayerSchema
    from geoplan.plan import Plan, ProposedSite, StagePlan, StageProposal, View
    from geoplan.publish.mapfile import MapFile
    from geoplan.types import Layers

MAJOR_ROADS = ("trunk", "primary", "secondary", "tertiary")
MOST_MINOR_ROADS = 4_000
_NOTE_ZH = {
    "candidates-generated": "没有备选用地图层：候选点由程序在有人居住处生成，未经用地核实。",
    "too-few-sites": "备选地块少于要求的新建数量。",
}
_TRAVEL_EN = {Travel.STRAIGHT: "Straight line", Travel.WALK: "Walking network"}


def build_payload(plan: Plan, map_file: MapFile) -> dict[str, Any]:
    """The payload of the page, with parallel arrays for places, schools and districts."""
    schemas = layer_schemas(plan.config.folder)
    extent = _extent(plan)
    pen = Pen(plan.layers.crs, extent)
    places = group_places(plan.units)
    west, south, east, north = extent
    schools = _Schools(plan)
    return {
        "version": 1,
        "title": map_file.title or plan.config.name,
        "author": plan.config.author,
        "data_date": plan.config.data_date,
        "approval_number": map_file.approval_number,
        "notices": notices(plan, map_file),
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
        "districts": district_columns(plan.units, pen, boundaries=map_file.boundaries),
        "base": base_lines(plan.layers, pen, map_file, schemas),
        "places": _places(plan, places, pen),
        "schools": schools.columns(pen),
        "views": [
            _view(plan, stage_plan, view, places, pen, schools)
            for stage_plan in plan.stages
            for view in stage_plan.views
        ],
        "proposals": {stage_plan.stage.value: _proposal(plan, stage_plan.proposal, pen) for stage_plan in plan.stages},
        "verdicts": verdict_rows(plan),
        "rules": [rule_card(rule) for rule in plan.rules_in_force()],
        "findings": [
            {
                "severity": finding.severity.value,
                "text": words(plan, str(finding).removeprefix(f"{finding.severity.value}: ")),
            }
            for finding in sorted(plan.findings, key=lambda finding: list(Severity).index(finding.severity))
        ],
        "footer": footer(plan),
    }


class _Schools:
    """All schools of all stages in one list, and where each stage's supply stands in it."""

    def __init__(self, plan: Plan) -> None:
        self.row: dict[str, int] = {}
        self.first: list[tuple[Coverage, int]] = []
        self.stages: list[list[str]] = []
        for stage_plan in plan.stages:
            before = stage_plan.views[0].before
            for position, each in enumerate(before.supply.ids):
                if each not in self.row:
                    self.row[str(each)] = len(self.row)
                    self.first.append((before, position))
                    self.stages.append([])
                self.stages[self.row[str(each)]].append(stage_plan.stage.value)

    def columns(self, pen: Pen) -> dict[str, Any]:
        supplies = [(before.supply, position) for before, position in self.first]
        xy = np.array([supply.xy[position] for supply, position in supplies]).reshape(-1, 2)
        at = pen.points(xy)
        return {
            "id": list(self.row),
            "name": [str(supply.names[position]) for supply, position in supplies],
            "lat": at[:, 0].tolist(),
            "lon": at[:, 1].tolist(),
            "stages": self.stages,
            "capacity": [_number(supply.seats[position]) for supply, position in supplies],
            "ownership": [_ownership(supply.is_public[p], knows=supply.knows_ownership) for supply, p in supplies],
            "district": [int(supply.district[position]) for supply, position in supplies],
        }

    def page_index(self, coverage: Coverage, existing: int, school: list[int]) -> list[int]:
        """Supply index → row in the page's list; proposed sites follow behind all schools."""
        rows = [self.row[str(each)] for each in coverage.supply.ids[:existing]]
        rows += [len(self.row) + position for position in range(len(coverage.supply) - existing)]
        return [rows[each] if each >= 0 else -1 for each in school]


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
        "people": [_whole(counted(plan, people)) for people in places.people],
        "district": [int(each) for each in units.district[places.heaviest]],
        "area": [str(each) for each in units.area[places.heaviest]],
        "shape": [None] * len(places) if outlines is None else [pen.shape(outline) for outline in outlines],
    }


def _view(plan: Plan, stage_plan: StagePlan, view: View, places: Places, pen: Pen, schools: _Schools) -> dict[str, Any]:
    existing = len(view.before.supply)
    pair = {"before": view.before, "after": view.after}
    nearest = {name: places.nearest(coverage) for name, coverage in pair.items()}
    return {
        "stage": stage_plan.stage.value,
        "travel": view.travel.value,
        "radius": [
            {
                "area": radius.area.value,
                "radius_m": radius.radius_m,
                "rule": radius.rule.id if radius.rule else "",
                "profile": radius.rule.profile if radius.rule else "",
            }
            for radius in view.before.radii
        ],
        # the page puts the two together: what new schools add is small beside what is there
        "service": {
            "before": pen.shape(view.area_before),
            "added": pen.shape(shapely.difference(view.area_after, view.area_before)),
        },
        "covered": _phases({name: places.share(coverage) for name, coverage in pair.items()}),
        "nearest": _phases(
            {name: schools.page_index(pair[name], existing, school) for name, (school, _) in nearest.items()}
        ),
        "distance_m": _phases({name: metres for name, (_, metres) in nearest.items()}),
        "cover_people": {name: _cover_people(plan, places, coverage) for name, coverage in pair.items()},
        "totals": {name: _totals(plan, coverage) for name, coverage in pair.items()},
        "districts": {
            name: [_tally(plan, tally) for _, _, tally in coverage.by_district()] for name, coverage in pair.items()
        },
        "gaps": [_gap(plan, gap, view, pen, schools) for gap in view.gaps],
    }


def _phases(values: dict[str, list[int]]) -> dict[str, list[int]]:
    """A column before, and what changes after: index and new value in turn (a plan changes few places)."""
    pairs = enumerate(zip(values["before"], values["after"], strict=True))
    changes = [each for index, (before, after) in pairs if before != after for each in (index, after)]
    return {"before": values["before"], "changes": changes}


def _cover_people(plan: Plan, places: Places, coverage: Coverage) -> dict[str, int | str | None]:
    """People of the places in each state of coverage: the legend's sums, exact where single counts are suppressed."""
    share = np.array(places.share(coverage))
    states = {
        "none": share < 0,
        "uncovered": share == 0,
        "partly": (share > 0) & (share < 100),
        "covered": share == 100,
    }
    total = float(places.people.sum())
    return {
        state: _whole(counted_part(plan, float(places.people[where].sum()), total)) for state, where in states.items()
    }


def _totals(plan: Plan, coverage: Coverage) -> dict[str, Any]:
    return {**_tally(plan, coverage.total), "schools": len(coverage.supply)}


def _tally(plan: Plan, tally: Tally) -> dict[str, Any]:
    return {
        "people": _whole(counted(plan, tally.people)),
        "assessed": _whole(counted_part(plan, tally.assessed, tally.people)),
        "covered": _whole(counted_part(plan, tally.covered, tally.assessed)),
        "pupils": suppressed(tally.pupils),
    }


def _gap(plan: Plan, gap: Gap, view: View, pen: Pen, schools: _Schools) -> dict[str, Any]:
    demand, existing = view.before.demand, len(view.before.supply)
    heaviest = demand.unit[gap.points[np.argmax(demand.people[gap.points])]]
    at = pen.points(np.array([gap.xy]))[0]
    left = gap.points[~view.after.covered[gap.points]]
    # a gap is closed when nobody is left, by the site that most of its points go to
    closed_by = -1 if len(left) else int(np.bincount(view.after.school[gap.points] - existing).argmax())
    (nearest,) = schools.page_index(view.before, existing, [gap.school])
    return {
        "id": gap.id,
        "name": f"{demand.units.place_name(heaviest)}一带",
        "district": gap.district,
        "people": _whole(counted(plan, gap.people)),
        "pupils": suppressed(gap.pupils),
        "lat": float(at[0]),
        "lon": float(at[1]),
        "shape": pen.shape(gap.polygon),
        "nearest": nearest,
        "distance_m": round(gap.distance_m) if np.isfinite(gap.distance_m) else -1,
        "people_left": _whole(counted(plan, float(demand.people[left].sum()))),
        "closed_by": closed_by,
    }


def _proposal(plan: Plan, proposal: StageProposal, pen: Pen) -> dict[str, Any]:
    solution = proposal.solution
    zh, en = proposal.unit
    return {
        "model": {"zh": solution.model.zh, "en": solution.model.value},
        "travel": proposal.travel.value,
        "status": solution.status.value,
        "objective": solution.objective,
        "bound": _finite(solution.bound),
        "gap": _finite(solution.gap),
        "seed": solution.seed,
        "unit": {"zh": zh, "en": en},
        "sites": [_site(plan, site, proposal, pen) for site in proposal.sites],
        "notes": [{"zh": _NOTE_ZH.get(finding.code, ""), "en": finding.what} for finding in proposal.findings]
        + ([{"zh": "", "en": solution.reason}] if solution.reason else []),
    }


def _site(plan: Plan, site: ProposedSite, proposal: StageProposal, pen: Pen) -> dict[str, Any]:
    at = pen.points(np.array([site.xy]))[0]
    kind_zh, kind_en = KIND_ZH.get(site.kind, (site.kind, site.kind))
    return {
        "id": site.id,
        "name": site.name,
        "lat": float(at[0]),
        "lon": float(at[1]),
        "kind": {"zh": kind_zh, "en": kind_en},
        "district": site.district,
        "people_newly": _whole(counted(plan, site.people_newly)),
        "people_assigned": _whole(counted(plan, site.people_assigned)),
        "pupils_newly": suppressed(site.pupils_newly),
        "gaps": list(site.gaps),
        "verdict": _site_verdict(site),
        "next_best": _next_best(plan, site, proposal),
        "why": [{"zh": words(plan, zh), "en": words(plan, en)} for zh, en in site.why],
    }


def _site_verdict(site: ProposedSite) -> dict[str, str]:
    if site.verdict is None:
        return {"state": "not_applicable", "zh": "没有适用的服务人口标准", "en": "no band of people applies"}
    return {"state": site.verdict.state.value, "zh": site.verdict.zh, "en": site.verdict.en}


def _next_best(plan: Plan, site: ProposedSite, proposal: StageProposal) -> dict[str, str] | None:
    best = site.next_best
    if best is None or best.other is None:
        return None
    names = dict(zip(proposal.candidates.ids, proposal.candidates.names, strict=True))
    zh, en = (words(plan, text) for text in site.why[-1])
    return {"id": best.other, "name": str(names.get(best.other, "")), "zh": zh, "en": en}


def _whole(count: float | str | None) -> int | str | None:
    """A count for the page: whole, or as it was suppressed."""
    return round(count) if isinstance(count, int | float) else count


def _finite(value: float | None) -> float | None:
    """None where no bound is known."""
    return value if value is not None and np.isfinite(value) else None


def _number(value: float) -> int | float | None:
    if np.isnan(value):
        return None
    return int(value) if value == int(value) else float(value)


def _ownership(is_public: bool, *, knows: bool) -> str:  # noqa: FBT001  a cell of a column, not a switch
    return ("public" if is_public else "private") if knows else ""
