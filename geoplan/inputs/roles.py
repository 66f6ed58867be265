"""Which layer a loose file is: its headers and geometries against what each layer's file in layers/ knows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from geoplan.config import LayerConfig
from geoplan.inputs.columns import headers_of
from geoplan.inputs.coordinates import UNPLACED
from geoplan.inputs.findings import RefusedError
from geoplan.inputs.layer_schema import LayerSchema, Style
from geoplan.inputs.raw import Request
from geoplan.inputs.readers import read_raw
from geoplan.inputs.schema import COORDINATES, layer_schemas, read_schema
from geoplan.inputs.understood import folded_words, is_understood
from geoplan.inputs.values import is_blank

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd

    from geoplan.inputs.layer_schema import ColumnSchema
    from geoplan.inputs.raw import Raw
    from geoplan.types import Finding

_SAMPLE_ROWS = 200
_COUNTIES = ("区", "县", "市", "旗")
_REQUIRED, _NAMED, _USED, _UNPLACED, _COUNTY = 2.0, 1.0, 4.0, 1.0, 3.0
_HALF = 0.5
_LEAST, _AHEAD = 1.0, 0.25
_FAMILY = {
    "Point": "point", "MultiPoint": "point", "LineString": "line", "MultiLineString": "line", "LinearRing": "line",
    "Polygon": "polygon", "MultiPolygon": "polygon",
}  # fmt: skip
_NAMES: Mapping[str, tuple[str, ...]] = {
    "schools": ("学校", "幼儿园", "名册", "花名册", "中小学", "school", "kindergarten"),
    "population": ("人口网格", "小区人口", "population", "worldpop", "grid"),
    "districts": ("区划", "边界", "行政区", "district", "count", "township", "boundar"),
    "roads": ("道路", "路网", "road", "street"),
    "barriers": ("河流", "铁路", "障碍", "barrier", "river", "rail"),
    "sites": ("备选", "选址", "site", "candidate"),
    "zones": ("学区", "划片", "zone", "attendance"),
    "estates": ("小区", "楼盘", "居住区", "estate"),
    "parcels": ("地块", "用地", "parcel"),
    "premises": ("闲置", "校舍", "腾退", "premises"),
    "stops": ("公交", "站点", "校车", "stop"),
    "enrolment": ("在校生", "学生数", "enrolment", "enrollment"),
    "births": ("出生", "birth"),
    "ages": ("年龄", "普查", "census", "age"),
    "statistics": ("统计", "指标", "statistic", "facts"),
    "projects": ("项目", "工程", "project"),
}
_TELLING: Mapping[str, tuple[str, ...]] = {
    "schools": ("stage", "enrolment", "classes", "capacity", "inclusive"),
    "population": ("people",),
    "sites": ("excluded", "cost"),
    "zones": ("school",),
    "estates": ("households", "delivery", "school_delivery", "phase"),
    "parcels": ("status", "use"),
    "premises": ("was", "becomes"),
    "enrolment": ("grade", "pupils"),
    "births": ("births",),
    "ages": ("age", "age_0", "age_0_4", "age_1_4", "age_5_9"),
    "statistics": ("indicator",),
    "projects": ("action", "status", "clause", "start", "finish", "cost"),
}
"""Columns of which a layer has at least one; without any, names and stages alone do not make it."""
_NOT_TELLING = 0.4


@dataclass(frozen=True)
class Guess:
    """How well a file fits each layer.

    Attributes:
        role: the layer, or None where none fits, or two fit alike.
        scores: role → score, best first; those of 0 are left out.
        findings: what stopped the file from being read at all.
    """

    role: str | None
    scores: Mapping[str, float]
    findings: tuple[Finding, ...] = ()

    @property
    def words(self) -> str:
        """The best ones with their scores: `schools 7.2, enrolment 3.1`."""
        return ", ".join(f"{role} {score:.1f}" for role, score in list(self.scores.items())[:4]) or "nothing fits"


def guess_role(path: Path, *, folder: Path, encoding: str | None = None, layer: str | None = None) -> Guess:
    """The layer that a file is most likely meant for.

    Args:
        path: the file, absolute.
        folder: whose own layers/*.toml win over the bundled ones.
        encoding, layer: as in project.toml.
    """
    schemas = layer_schemas(folder)
    coordinates = read_schema(folder, COORDINATES)
    every = _every_column(schemas)
    source = LayerConfig("", path.relative_to(folder).as_posix(), layer=layer, encoding=encoding)
    try:
        raw = read_raw(Request(path, source, every, coordinates))
    except RefusedError as refused:
        return Guess(None, {}, refused.findings)
    scores = role_scores(raw, schemas, coordinates, name=path.name)
    ranked = dict(sorted(scores.items(), key=lambda item: -item[1]))
    best, *others = ranked.values() or [0.0]
    clear = best >= _LEAST and (not others or best - others[0] >= _AHEAD * best)
    return Guess(next(iter(ranked)) if clear else None, ranked)


def role_scores(
    raw: Raw, schemas: Mapping[str, LayerSchema], coordinates: LayerSchema, *, name: str
) -> dict[str, float]:
    """How well a file fits each layer; roles that it cannot be are left out.

    Each header counts for the layers that know it, the less the more they are, by the share of its cells that
    make sense there; what a layer cannot do without counts most.
    """
    sample = replace(raw, attributes=raw.attributes.iloc[:_SAMPLE_ROWS])
    source = LayerConfig("", name)
    places = {
        header
        for column in coordinates.columns.values()
        for header in headers_of(sample.attributes, column, source)
        if raw.geometry is None
    }
    found = {
        role: _headers(sample.attributes, schema, source)
        for role, schema in schemas.items()
        if _may_be(role, schema, raw, placed=bool(places))
    }
    known_by = Counter(header for headers in found.values() for header in set(headers.values()))
    scores = {}
    for role, headers in found.items():
        used = {*headers.values(), *(() if schemas[role].is_table else places)}
        score = _score(sample.attributes, schemas[role], headers, known_by)
        score += _USED * len(used) / max(1, len(raw.attributes.columns))
        score += _NAMED * any(word in name.casefold() for word in _NAMES[role])
        if role == "districts" and raw.geometry is not None and _names_counties(sample.attributes, headers.get("name")):
            score += _COUNTY
        if raw.geometry is None and not places and not schemas[role].is_table and role != "schools":
            score -= _UNPLACED
        if role in _TELLING and not set(_TELLING[role]) & headers.keys():
            score *= _NOT_TELLING
        if score > 0:
            scores[role] = round(score, 2)
    return scores


def _names_counties(sample: pd.DataFrame, header: str | None) -> bool:
    """Whether most names end as those of counties do: with their people they are districts all the same."""
    names = [] if header is None else [str(cell).strip() for cell in sample[header] if not is_blank(cell)]
    return bool(names) and sum(name.endswith(_COUNTIES) for name in names) > _HALF * len(names)


def _score(sample: pd.DataFrame, schema: LayerSchema, headers: Mapping[str, str], known_by: Mapping[str, int]) -> float:
    """How much the headers say for one layer, and against it where a required column is missing."""
    shares = {column: _share(sample[header], schema.columns[column]) for column, header in headers.items()}
    score = sum(share / known_by[headers[column]] for column, share in shares.items())
    required = [column.name for column in schema.columns.values() if column.required]
    if required:
        rare = sum(shares[column] / known_by[headers[column]] for column in required if column in shares)
        missing = sum(shares.get(column, 0.0) < _HALF for column in required)
        score += _REQUIRED * (rare - missing) / len(required)
    return score


def _every_column(schemas: Mapping[str, LayerSchema]) -> LayerSchema:
    """A layer that knows every header, to find the header of a table of which nothing is known yet."""
    columns = {f"{role}.{name}": column for role, schema in schemas.items() for name, column in schema.columns.items()}
    return LayerSchema("", "", "", (), required=False, id_clash="renumber", columns=columns, style=Style("#555555", ""))


def _may_be(role: str, schema: LayerSchema, raw: Raw, *, placed: bool) -> bool:
    if raw.geometry is None:
        return schema.is_table or placed or role in UNPLACED or role == "districts"
    families = {_FAMILY.get(shape.geom_type, "") for shape in raw.geometry[:_SAMPLE_ROWS] if shape is not None}
    return not schema.is_table and bool(families & set(schema.geometry))


def _headers(attributes: pd.DataFrame, schema: LayerSchema, source: LayerConfig) -> dict[str, str]:
    """Geoplan's name → header, each header once."""
    found: dict[str, str] = {}
    for name, column in schema.columns.items():
        free = [header for header in headers_of(attributes, column, source) if header not in found.values()]
        if free:
            found[name] = free[0]
    return found


def _share(cells: pd.Series[Any], column: ColumnSchema) -> float:
    words = folded_words(column)
    filled = [cell for cell in cells if not is_blank(cell)]
    return sum(is_understood(cell, column, words) for cell in filled) / len(filled) if filled else 0.0
