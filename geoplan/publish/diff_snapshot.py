"""One version of a plan as far as it was published: from a plan in memory, or from the files of a published folder.

Both ways give the same values, small counts already hidden: what two offices compare is what both may know.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geoplan.errors import PublishError
from geoplan.publish import features
from geoplan.publish.diff_scenarios import scenarios_of
from geoplan.publish.figures.clauses import ledger_figures
from geoplan.publish.manifest import manifest
from geoplan.publish.public_summary import public_summary

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    import geopandas as gpd

    from geoplan.ledger import Ledger
    from geoplan.plan import Plan
    from geoplan.publish.privacy import Count

MANIFEST, SUMMARY, FIGURES, DATA = "manifest.json", "summary.json", "figures.json", "geoplan.gpkg"
STATES = ("before", "after")
_TALLY = {"people": "people", "assessed": "people_assessed", "covered": "people_covered", "share": "share_covered"}

Records = dict[str, dict[str, Any]]


@dataclass(frozen=True, eq=False)
class Snapshot:
    """One version.

    Attributes:
        name: of its folder, for people.
        counts: what the population layer counts, `people` or `pupils`.
        stages: in the plan's order.
        basis: travel mode that sites were chosen by, by stage.
        schools, places, districts: rows by id; schools also have `place`, the district that they stand in. Places of
            a computed version have `<stage>_pupils`; they are never published one by one, only their sums.
        sites: proposed sites by `stage id`.
        coverage: `people`, `assessed`, `covered`, `share` by stage, travel mode and phase (before, a year, after).
        verdicts: state and words by rule, district, area and travel mode; empty where they were not published.
        clauses: verdict in words by the id of its figure; empty where they were not published.
        inputs, rules: hashes by name.
        contents: digests of what is read of inputs and rules, by name; empty where they were not published.
        scenarios: figures of the other plans by name and stage; None where they were not published.
    """

    name: str
    project: str
    author: str
    version: str
    data_date: str
    software: str
    profile: str
    counts: str
    stages: tuple[str, ...]
    basis: Mapping[str, str]
    schools: Records
    sites: Records
    places: Records
    districts: Records
    coverage: Mapping[tuple[str, str, str], Mapping[str, Count]]
    verdicts: Mapping[tuple[str, ...], tuple[str, str]] = field(default_factory=dict)
    clauses: Mapping[str, str] = field(default_factory=dict)
    inputs: Mapping[str, str] = field(default_factory=dict)
    rules: Mapping[str, str] = field(default_factory=dict)
    contents: Mapping[str, str] = field(default_factory=dict)
    scenarios: Mapping[tuple[str, str], Mapping[str, Any]] | None = None


def snapshot_of(plan: Plan, *, name: str, ledger: Ledger | None = None) -> Snapshot:
    """A version from its plan.

    Args:
        plan: from `Project.plan()`.
        name: for people.
        ledger: the clauses judged, where there are any.
    """
    frames = {layer: frame for layer, _, frame in features.places(plan)}
    frames |= {
        "schools": features.schools(plan),
        "districts": features.districts(plan),
        "proposed_sites": features.proposed_sites(plan),
    }
    judged = {} if ledger is None else {each.id: each.value for each in ledger_figures(ledger, plan.layers)}
    # what a reader of the files gets: names as JSON has them
    head = json.loads(json.dumps(manifest(plan, (), map_name="")))
    found = _snapshot(name, head, frames.get, coverage=_of_summary(public_summary(plan)), figures=judged)
    for stage, pupils in plan.units.pupils.items():
        for key, count in zip(plan.units.ids, pupils, strict=True):
            found.places[str(key)][f"{stage}_pupils"] = _plain(float(count))
    return found


def read_snapshot(folder: Path) -> Snapshot:
    """A version from the folder that it was published in: `maps/out`, or that of a statutory set.

    Raises:
        PublishError: a file is missing or not as geoplan writes it.
    """
    if not (folder / MANIFEST).is_file():
        raise PublishError(
            f"{folder} holds neither project.toml nor {MANIFEST}: it is no project and no published folder. "
            "Name the folder of a project, or one that geoplan publish has written."
        )
    _require(folder, DATA)
    try:
        head = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        summary = _json(folder / SUMMARY)
        figures = {key: each.get("value") for key, each in _json(folder / FIGURES).get("figures", {}).items()}
        coverage = _of_summary(summary) if summary else (_of_figures(figures), {})
        return _snapshot(folder.name, head, _reader(folder / DATA), coverage=coverage, figures=figures)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise PublishError(
            f"{folder}: a file is not as geoplan writes it ({type(error).__name__}: {error}). "
            "Publish this version again."
        ) from error


def _require(folder: Path, name: str) -> None:
    if not (folder / name).is_file():
        raise PublishError(f"{folder} has no {name}; a comparison needs it. Publish this version again.")


def _json(path: Path) -> dict[str, Any]:
    found = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return found if isinstance(found, dict) else {}


def _reader(path: Path) -> Callable[[str], gpd.GeoDataFrame | None]:
    import pyogrio  # noqa: PLC0415  GDAL is needed only here

    layers = {str(name) for name, _ in pyogrio.list_layers(path)}
    return lambda layer: pyogrio.read_dataframe(path, layer=layer) if layer in layers else None


def _snapshot(
    name: str,
    head: dict[str, Any],
    frame: Callable[[str], gpd.GeoDataFrame | None],
    *,
    coverage: tuple[dict[tuple[str, str, str], dict[str, Count]], dict[tuple[str, ...], tuple[str, str]]],
    figures: Mapping[str, Any],
) -> Snapshot:
    project, provenance = head["project"], head["provenance"]
    districts = frame("districts")
    shares, verdicts = coverage
    places = _records(frame("places")) | _records(frame("place_areas"))
    sites = _records(frame("proposed_sites"), key="stage id")
    return Snapshot(
        name=name,
        project=project["name"],
        author=project.get("author", ""),
        version=str(head.get("plan_version", "")),
        data_date=project["data_date"],
        software=provenance["versions"]["geoplan"],
        profile=head["profile"]["id"],
        counts=project["counts"],
        stages=tuple(project["stages"]),
        basis={each["stage"]: each["travel"] for each in head["solver"]},
        schools=_placed(frame("schools"), districts),
        sites=sites,
        places=places,
        districts=_records(districts),
        coverage=shares,
        verdicts=verdicts,
        clauses={
            key: str(value)
            for key, value in sorted(figures.items())
            if key.startswith("clause.") and key.endswith(".verdict") and value is not None
        },
        inputs=provenance["inputs_sha256"],
        rules=provenance["rules_sha256"],
        contents=provenance.get("contents", {}),
        scenarios=scenarios_of(head),
    )


def _records(frame: gpd.GeoDataFrame | None, *, key: str = "id") -> Records:
    """Rows by id without their geometry, but with `xy`; nothing is None, whatever a file makes of it."""
    if frame is None:
        return {}
    names = [str(column) for column in frame.columns if column != frame.geometry.name]
    points = shapely.centroid(np.asarray(frame.geometry.array, dtype=object))
    found: Records = {}
    for number, values in enumerate(zip(*(frame[column] for column in names), strict=True)):
        row = {column: _plain(value) for column, value in zip(names, values, strict=True)}
        point = points[number]
        row["xy"] = None if point is None or shapely.is_empty(point) else (point.x, point.y)
        found[" ".join(str(row[part]) for part in key.split())] = row
    return found


def _plain(value: object) -> object:
    if isinstance(value, float | np.floating):
        return None if math.isnan(value) else float(value)
    return "" if value is None else str(value)


def _placed(schools: gpd.GeoDataFrame | None, districts: gpd.GeoDataFrame | None) -> Records:
    """Schools with the name of the district that they stand in."""
    found = _records(schools)
    if districts is None or not len(districts):
        return {key: row | {"place": ""} for key, row in found.items()}
    shapes = np.asarray(districts.geometry.array, dtype=object)
    kept = ~shapely.is_missing(shapes)
    tree, names = shapely.STRtree(shapes[kept]), np.asarray(districts["name"], dtype=object)[kept]
    for row in found.values():
        rows = [] if row["xy"] is None else sorted(tree.query(shapely.Point(row["xy"]), predicate="intersects"))
        row["place"] = str(names[rows[0]]) if rows else ""
    return found


def _of_summary(
    summary: dict[str, Any],
) -> tuple[dict[tuple[str, str, str], dict[str, Count]], dict[tuple[str, ...], tuple[str, str]]]:
    shares: dict[tuple[str, str, str], dict[str, Count]] = {}
    verdicts: dict[tuple[str, ...], tuple[str, str]] = {}
    for stage in summary["stages"]:
        for view in stage["coverage"]:
            head = (stage["stage"], view["travel"])
            phases = {"before": view["before"], "after": view["after"]}
            phases |= {str(step["year"]): step for step in view.get("steps", ())}
            for phase, tally in phases.items():
                shares[(*head, phase)] = {name: tally.get(key) for name, key in _TALLY.items()}
            for each in view["verdicts"]:
                key = (each["rule"], each["place"], each["area"], view["travel"])
                verdicts[key] = (each["state"], each["zh"])
    return shares, verdicts


def _of_figures(figures: Mapping[str, Any]) -> dict[tuple[str, str, str], dict[str, Count]]:
    shares: dict[tuple[str, str, str], dict[str, Count]] = {}
    for key, value in figures.items():
        parts = key.split(".")
        if len(parts) == 4 and parts[3] in _TALLY and (parts[2] in STATES or parts[2].isdigit()):
            shares.setdefault((parts[0], parts[1], parts[2]), {})[parts[3]] = value
    return shares
