"""Today's zones: drawn in a layer, written in a column, or taken as the nearest school where nobody says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoplan.errors import ProblemError
from geoplan.types import Finding, Severity, natural_sorted

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd
    from numpy.typing import NDArray

    from geoplan.plan.zone_ground import ZoneGround
    from geoplan.types import Layer, Layers, Stage

SOURCES = {
    "layer": ("现状学区图层", "the layer of today's zones"),
    "column": ("人口图层所写的学校", "the school written in the population layer"),
    "nearest": ("没有现状学区资料，以最近学校代替", "no zones of today are given; the nearest school stands for them"),
}
_BETWEEN = re.compile(r"[、,，;；/|+\n]+")
_WHOLLY = 0.9
"""A unit with less of itself in its zone is cut by a boundary."""


@dataclass(frozen=True, eq=False)
class Today:
    """Where pupils belong today.

    Attributes:
        source: a key of `SOURCES`.
        school: unit id to school id, of units of which it is known. A school that is not known by the schools layer
            keeps the name that it was given.
        shared: groups of schools that share a zone today.
        shapes: the zones as drawn in the layer, by school id; empty without a layer.
    """

    source: str
    school: dict[str, str]
    shared: tuple[tuple[str, ...], ...]
    shapes: dict[str, shapely.Geometry]
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class _Roll:
    """The schools layer by id and by name."""

    of_stage: frozenset[str]
    others: frozenset[str]
    named: dict[str, list[str]]


def todays_zones(
    layers: Layers, ground: ZoneGround, stage: Stage, nearest: NDArray[np.int64], schools: tuple[str, ...]
) -> Today:
    """Today's school of every unit.

    Args:
        nearest: index into `schools` of the nearest existing school of each unit, -1 for none.
        schools: ids of the existing schools of the stage, also of those that are to be closed.

    Raises:
        ProblemError: a school's name in the layer or column stands for several schools.
    """
    roll = _roll(layers, stage)
    if layers.zones is not None:
        return _from_layer(layers.zones, ground, stage, roll)
    if layers.population is not None and (column := _column(layers.population, ground)) is not None:
        return _from_column(layers.population, column, ground, roll)
    school = {each: schools[row] for each, row in zip(ground.ids, nearest, strict=True) if row >= 0}
    what = f"No zones of today are given for {stage.value}; the nearest school stands for them."
    fix = "Give a layer zones, or a column school (现学区) in the population layer."
    why = "Changes are counted against it."
    return Today("nearest", school, (), {}, (Finding(Severity.WARNING, "no-zones-today", what, why=why, fix=fix),))


def zoned_schools(layers: Layers, stage: Stage) -> frozenset[str]:
    """The schools that the layers themselves give a zone; none where the nearest one stands for today's.

    Raises:
        ProblemError: as `todays_zones`.
    """
    roll = _roll(layers, stage)
    texts: Iterable[object] = ()
    role = "population"
    if layers.zones is not None:
        frame, role = layers.zones.frame, "zones"
        texts = [text for offered, text in zip(frame["stages"], frame["school"], strict=True)
                 if not offered or stage in offered]  # fmt: skip
    elif layers.population is not None and "school" in layers.population.frame:
        texts = layers.population.frame["school"].unique()
    return frozenset(each for text in texts for each in _identified(str(text), roll, role))


def _roll(layers: Layers, stage: Stage) -> _Roll:
    if layers.schools is None:
        return _Roll(frozenset(), frozenset(), {})
    frame = layers.schools.frame
    here = np.array([stage in offered for offered in frame["stages"]], dtype=bool)
    named: dict[str, list[str]] = {}
    for each, name in zip(frame.index[here], frame["name"][here], strict=True):
        named.setdefault(str(name).strip(), []).append(str(each))
    others = {str(each) for each in frame.index[~here]} | {str(each).strip() for each in frame["name"][~here]}
    return _Roll(frozenset(map(str, frame.index[here])), frozenset(others), named)


def _identified(text: str, roll: _Roll, layer: str) -> list[str]:
    """Ids of the schools that a cell names; of an unknown one the name itself; schools of other stages left out."""
    found = []
    for word in (part.strip() for part in _BETWEEN.split(text)):
        if not word:
            continue
        if word in roll.of_stage:
            found.append(word)
        elif len(roll.named.get(word, ())) > 1:
            ids = ", ".join(natural_sorted(roll.named[word])[:5])
            raise ProblemError(f"{layer}: the school {word!r} may be any of {ids}. Write the id in its place.")
        elif word in roll.named:
            found.append(roll.named[word][0])
        elif word not in roll.others:
            found.append(word)
    return list(dict.fromkeys(found))


def _from_layer(layer: Layer, ground: ZoneGround, stage: Stage, roll: _Roll) -> Today:
    frame = layer.frame
    mine: list[tuple[list[str], shapely.Geometry]] = []
    for offered, text, shape in zip(frame["stages"], frame["school"], frame.geometry, strict=True):
        ids = _identified(str(text), roll, layer.role) if not offered or stage in offered else []
        if ids:
            mine.append((ids, shape))
    if not mine:
        raise ProblemError(
            f"zones ({layer.file}): no zone belongs to a {stage.value} school. Check its columns school and stage."
        )
    shapes: dict[str, shapely.Geometry] = {}
    for ids, shape in mine:
        shapes[ids[0]] = shape if ids[0] not in shapes else shapely.union_all([shapes[ids[0]], shape])
    firsts = list(shapes)
    row, share = _most_of(ground, np.array(list(shapes.values()), dtype=object))
    school = {each: firsts[at] for each, at in zip(ground.ids, row, strict=True) if at >= 0}
    cut = np.flatnonzero((row >= 0) & (share < _WHOLLY)) if not ground.is_sketch else np.zeros(0, dtype=np.int64)
    findings = _unknown(firsts, roll, layer.role) + _outside([ground.ids[at] for at in np.flatnonzero(row < 0)])
    if len(cut):
        findings.append(_cut([ground.ids[at] for at in cut]))
    shared = tuple(tuple(ids) for ids, _ in mine if len(ids) > 1)
    return Today("layer", school, tuple(dict.fromkeys(shared)), shapes, tuple(findings))


def _most_of(ground: ZoneGround, zones: NDArray[np.object_]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The zone with most of each unit (of points: the one they lie in), and its share; -1 in none."""
    shapes = np.asarray(shapely.points(ground.xy), dtype=object) if ground.is_sketch else ground.shapes
    unit, zone = shapely.STRtree(zones).query(shapes, predicate="intersects")
    size = np.ones(len(unit)) if ground.is_sketch else shapely.area(shapely.intersection(shapes[unit], zones[zone]))
    order = np.lexsort((zone, -size, unit))
    first = order[np.unique(unit[order], return_index=True)[1]]
    found, share = np.full(len(ground), -1, dtype=np.int64), np.zeros(len(ground))
    good = first[size[first] > 0]
    found[unit[good]] = zone[good]
    whole = np.ones(len(good)) if ground.is_sketch else np.maximum(shapely.area(shapes[unit[good]]), 1e-9)
    share[unit[good]] = size[good] / whole
    return found, share


def _column(layer: Layer, ground: ZoneGround) -> pd.Series[str] | None:
    if "school" not in layer.frame:
        return None
    column = layer.frame["school"].iloc[ground.rows].astype(str).str.strip()
    return column if (column != "").any() else None


def _from_column(layer: Layer, column: pd.Series[str], ground: ZoneGround, roll: _Roll) -> Today:
    school, shared = {}, []
    for each, text in zip(ground.ids, column, strict=True):
        if ids := _identified(text, roll, layer.role):
            school[each] = ids[0]
            shared += [tuple(ids)] if len(ids) > 1 else []
    findings = _unknown(dict.fromkeys(school.values()), roll, layer.role)
    findings += _outside([each for each in ground.ids if each not in school])
    return Today("column", school, tuple(dict.fromkeys(shared)), {}, tuple(findings))


def _unknown(schools: Iterable[str], roll: _Roll, role: str) -> list[Finding]:
    lost = [each for each in schools if each not in roll.of_stage]
    if not lost:
        return []
    return [
        Finding(
            Severity.WARNING, "zone-of-unknown-school",
            f"{len(lost)} schools of today's zones are not in the schools layer; they are taken as closed.",
            why="All of their pupils change schools.", fix="Check the spelling, or write ids.", layer=role,
            rows=tuple(lost[:5]), count=len(lost),
        )
    ]  # fmt: skip


def _outside(ids: list[str]) -> list[Finding]:
    if not ids:
        return []
    what = f"{len(ids)} units have no school today; giving them one does not count as a change."
    why = "Ways and loads of today leave them out, those of the proposal do not."
    fix = "Give them a zone in the layer zones, or a school in the column school (现学区)."
    rows = tuple(ids[:5])
    return [
        Finding(Severity.WARNING, "unit-without-zone", what, why=why, fix=fix, layer="zones", rows=rows, count=len(ids))
    ]


def _cut(ids: list[str]) -> Finding:
    return Finding(
        Severity.NOTE, "unit-cut-by-zone", f"{len(ids)} units lie in several zones of today; most of each decides.",
        why="Their pupils are counted where most of the unit lies.", layer="zones", rows=tuple(ids[:5]),
        count=len(ids),
    )  # fmt: skip
