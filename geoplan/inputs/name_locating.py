"""Schools without coordinates put where a place of the same name stands; what stays open is said, never guessed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from geoplan.crs import WGS84
from geoplan.inputs.changes import Why
from geoplan.inputs.findings import RefusedError, error
from geoplan.inputs.name_findings import district_from_name, told
from geoplan.inputs.name_matching import NameMatch, Verdict, match_names
from geoplan.inputs.name_sides import sides
from geoplan.inputs.name_sources import Places, read_places
from geoplan.inputs.name_table import Choice, Decision, NameRow, NameTable, read_settled
from geoplan.inputs.names import plain_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from geoplan.inputs.draft import Draft
    from geoplan.inputs.name_scores import Named
    from geoplan.inputs.raw import Request
    from geoplan.types import Finding

_DEGREE_M = 111_320.0


def located(draft: Draft, request: Request, districts: Draft | None, *, placed: bool) -> tuple[Draft, list[Finding]]:
    """The schools with the points of places that bear their name.

    Args:
        draft: schools in their own CRS, with a column `address`, which is taken away.
        request: of the schools; its source says `locate`.
        districts: in whose polygons places are looked up, in their own CRS.
        placed: schools that stay without a place are errors, except those that were settled to have none: these are
            left out with a warning. Otherwise all are kept.
    """
    locate = request.source.locate
    bare = replace(draft, frame=draft.frame.drop(columns="address"))
    lost = np.flatnonzero(shapely.is_missing(draft.geometry) | shapely.is_empty(draft.geometry))
    if locate is None or not len(lost):
        return bare, []
    if draft.has_geometry and draft.crs is None:
        return bare, [_local(request)]
    try:
        places = read_places(request, locate.places)
        settled, findings = _settled(request)
    except RefusedError as refused:
        return bare, list(refused.findings)
    schools, candidates, names = sides(draft, places, districts)
    settled, stale = _still_true(settled, schools, candidates, set(lost))
    at = np.cos(np.radians(places.lonlat[:, 1].mean() if len(places.lonlat) else 0.0))
    xy = places.lonlat * np.array([_DEGREE_M * at, _DEGREE_M])
    by_hand = {school: decision.place for school, decision in settled.items()}
    matches = [match for match in match_names(schools, candidates, xy, settled=by_hand) if match.school in set(lost)]
    table = _table(draft, places, matches, settled, request)
    bare, filled = _with_districts(bare, schools, matches, names)
    if request.log is not None:
        request.log.names.append(table)
        _log(draft, places, matches, request)
        _log_districts(bare, filled, request)
    findings = [*places.findings, *findings, *told(table, request.source, stale, placed=placed)]
    if filled:
        findings.append(district_from_name(request.source, [str(bare.frame.index[row]) for row in filled]))
    return _with_points(bare, places, matches, placed=placed), findings


def _local(request: Request) -> Finding:
    what = "Some of its rows stand in local metres, the places of locate_from in longitude and latitude."
    fix = "Give the layer a crs, or tie it down with registration, or leave out locate_from."
    return error(request.source, "no-crs", what, fix=fix)


def _with_districts(
    draft: Draft, schools: Sequence[Named], matches: Iterable[NameMatch], names: Sequence[str]
) -> tuple[Draft, list[int]]:
    """Schools that stay without a point and name no district, in the one that name or township tell; their rows."""
    district = draft.frame["district"].copy()
    filled = []
    for match in matches:
        home = schools[match.school].district
        if match.place < 0 and 0 <= home < len(names) and not district.iloc[match.school]:
            district.iloc[match.school] = names[home]
            filled.append(match.school)
    return replace(draft, frame=draft.frame.assign(district=district)), filled


def _log_districts(draft: Draft, filled: Iterable[int], request: Request) -> None:
    source, log = request.source, request.log
    labels = {} if log is None else log.rows_of(source.role, source.path)
    for row in filled:
        if log is not None:
            key = str(draft.frame.index[row])
            log.add(source, labels.get(key, key), "district", "", str(draft.frame["district"].iloc[row]), Why.DERIVED)


def _settled(request: Request) -> tuple[dict[str, Decision], list[Finding]]:
    locate = request.source.locate
    if locate is None or locate.settled is None or request.folder is None:
        return {}, []
    return read_settled((request.folder / locate.settled).resolve(), request.source)


def _still_true(
    settled: Mapping[str, Decision], schools: Sequence[Named], places: Sequence[Named], lost: set[int]
) -> tuple[dict[str, Decision], list[str]]:
    """Decisions whose school and place still are who they were; ids of the others."""
    named = {school.id: plain_name(school.name.text) for at, school in enumerate(schools) if at in lost}
    known = {place.id: plain_name(place.name.text) for place in places}
    every = {school.id for school in schools}
    kept, stale = {}, []
    for school, decision in settled.items():
        if school not in named:
            stale += [school] if school not in every else []  # one that has coordinates by now needs no decision
            continue
        same = decision.name in {"", named[school]}
        there = decision.place is None or (
            decision.place in known and decision.place_name in {"", known[decision.place]}
        )
        if same and there:
            kept[school] = decision
        else:
            stale.append(school)
    return kept, stale


def _table(
    draft: Draft, places: Places, matches: Iterable[NameMatch], settled: Mapping[str, Decision], request: Request
) -> NameTable:
    frame, there = draft.frame, places.frame
    rows = []
    for match in matches:
        row = frame.iloc[match.school]
        key = str(frame.index[match.school])
        choices = tuple(
            Choice(
                id=str(there.index[each.place]),
                name=str(there["name"].iloc[each.place]),
                address=str(there["address"].iloc[each.place]),
                score=each.score.value,
                why_zh="；".join(clue.zh for clue in each.score.clues),
                why_en="; ".join(clue.en for clue in each.score.clues),
            )
            for each in match.candidates
        )
        # the place's id and not the letter: another run may list the candidates in another order
        decision = "" if key not in settled else settled[key].place or "无"
        own = (key, str(row["name"]), str(row["district"]), str(row["township"]), str(row["address"]))
        rows.append(NameRow(*own, match.verdict.value, match.verdict.zh, decision, choices))
    order = (Verdict.OPEN, Verdict.UNMATCHED, Verdict.NONE, Verdict.SETTLED, Verdict.ACCEPTED)
    rows.sort(key=lambda row: order.index(Verdict(row.verdict)))
    locate = request.source.locate
    return NameTable(request.source.path, locate.places.path if locate is not None else "", tuple(rows))


def _log(draft: Draft, places: Places, matches: Iterable[NameMatch], request: Request) -> None:
    """One change a school that got a point."""
    source, log = request.source, request.log
    labels = {} if log is None else log.rows_of(source.role, source.path)
    for match in matches:
        if match.place >= 0 and log is not None:
            key = str(draft.frame.index[match.school])
            lon, lat = places.lonlat[match.place]
            score = next((each.score.value for each in match.candidates if each.place == match.place), None)
            how = match.verdict.zh if score is None else f"{match.verdict.zh} {score:.2f}"
            became = f"{lon:.6f}, {lat:.6f} ← {places.frame['name'].iloc[match.place]} ({how})"
            log.add(source, labels.get(key, key), "", str(draft.frame["name"].iloc[match.school]), became, Why.LOCATED)


def _with_points(draft: Draft, places: Places, matches: Sequence[NameMatch], *, placed: bool) -> Draft:
    """Points in the CRS of the schools, or in WGS 84 where they had none; with `placed` only schools that have one."""
    found = [match for match in matches if match.place >= 0]
    crs = draft.crs if draft.has_geometry else WGS84
    geometry = draft.geometry.copy()
    if found:
        points = gpd.GeoSeries(shapely.points(places.lonlat[[match.place for match in found]]), crs=WGS84)
        geometry[[match.school for match in found]] = np.asarray(points.to_crs(crs or WGS84), dtype=object)
    kept = np.ones(len(geometry), dtype=bool)
    if placed:
        kept[[match.school for match in matches if match.verdict is Verdict.NONE]] = False
    return replace(draft, frame=draft.frame[kept], geometry=geometry[kept], crs=crs)
