"""Places of known position that schools may be: a table of points of interest, an OpenStreetMap extract, a layer."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geoplan.crs import WGS84
from geoplan.inputs import georeference, repair
from geoplan.inputs.columns import headers_of, match_columns
from geoplan.inputs.coordinates import with_geometry
from geoplan.inputs.draft import Draft
from geoplan.inputs.findings import RefusedError, error, errors_in
from geoplan.inputs.layer_schema import ColumnSchema
from geoplan.inputs.readers import read_raw
from geoplan.inputs.rows import keep_where, row_ids
from geoplan.inputs.values import cell_text, meaning
from geoplan.inputs.values import fold as folded
from geoplan.types import Stage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from geoplan.config import LayerConfig
    from geoplan.inputs.raw import Raw, Request
    from geoplan.inputs.schema import LayerSchema
    from geoplan.types import Finding

_ADDRESS = ("address", "地址", "学校地址", "详细地址", "办学地址", "校址", "园址", "通讯地址", "addr:full", "addr")
_MORE: Mapping[str, tuple[str, ...]] = {
    "id": ("poi_id", "poiid", "uid"),
    "name": ("poi名称", "poi_name", "地点名称"),
    "kind": ("typename", "type_name", "大类", "中类", "小类", "分类", "amenity"),
    "district": ("区", "市区", "行政区", "区划", "area_name"),
}
_USED = ("id", "name", "stage", "kind", "district", "township")
_PART = re.compile(r"[;；|、,，/\s]+")


@dataclass(frozen=True, eq=False)
class Places:
    """Candidates.

    Attributes:
        frame: name, district, township, address (text) and stages; index their ids.
        lonlat: degrees WGS 84, shape (n, 2); rows without a point are left out.
    """

    frame: pd.DataFrame
    lonlat: NDArray[np.float64]
    findings: tuple[Finding, ...]


def address_cells(attributes: pd.DataFrame, source: LayerConfig) -> list[str]:
    """The addresses of a table, '' where it says none; used for matching names and for nothing else."""
    headers = headers_of(attributes, ColumnSchema("address", "text", aliases=_ADDRESS), source)
    if not headers:
        return [""] * len(attributes)
    return ["" if cell_text(cell) == "[]" else cell_text(cell) for cell in attributes[headers[0]]]


def read_places(request: Request, source: LayerConfig) -> Places:
    """The file that `locate_from` names.

    Args:
        request: of the schools layer.
        source: how the file of places is read.

    Raises:
        RefusedError: it cannot be read, says no names, or says nowhere where its rows stand.
    """
    schema = _schema(request.schema)
    path = source.path if request.folder is None else request.folder / source.path
    raw = read_raw(replace(request, path=type(request.path)(path).resolve(), source=source, schema=schema, log=None))
    findings = list(raw.findings)
    raw, told = keep_where(raw, source)
    findings += told
    raw, told = with_geometry(raw, source, request.coordinates)
    findings += told
    frame, told = _frame(raw, source, schema, request)
    findings += told
    shapes = raw.geometry if raw.geometry is not None else np.full(len(frame), None, dtype=object)
    draft, told = repair.plain(Draft(source, schema, frame, shapes, raw.crs, raw.files))
    findings += told
    if not errors_in(told):
        draft, told = georeference.place_layer(draft)
        findings += told
    if errors_in(findings):
        raise RefusedError(*findings)
    if draft.crs is None:
        what = "It does not say the CRS of its points, on which schools are to be put."
        raise RefusedError(error(source, "no-crs", what, fix="Set crs in locate_from."))
    points = gpd.GeoSeries(shapely.centroid(draft.geometry), crs=draft.crs).to_crs(WGS84)
    lonlat = np.column_stack([points.x, points.y])
    known = np.isfinite(lonlat).all(axis=1) & (draft.frame["name"] != "").to_numpy()
    return Places(draft.frame[known], lonlat[known], tuple(findings))


def _schema(schools: LayerSchema) -> LayerSchema:
    """What is asked of places, under the headers that schools have and those of map services."""
    columns = {
        name: replace(column, type="text", required=name == "name", aliases=(*column.aliases, *_MORE.get(name, ())))
        for name, column in schools.columns.items()
        if name in _USED
    }
    return replace(schools, columns=columns, id_clash="renumber")


def _frame(raw: Raw, source: LayerConfig, schema: LayerSchema, request: Request) -> tuple[pd.DataFrame, list[Finding]]:
    matches, findings = match_columns(raw.attributes, source, schema, request.coordinates)
    if errors_in(findings):
        raise RefusedError(*findings)
    if raw.has_ids and "id" not in source.columns:
        matches.pop("id", None)
    ids, told = row_ids(raw, matches.get("id"), source, schema)
    told = [each for each in told if each.code != "generated-ids"]
    words = {folded(word): stages for word, stages in request.schema.columns["stage"].words.items()}
    texts = {name: [cell_text(cell) for cell in match.cells] for name, match in matches.items()}
    said = [texts[name] for name in ("stage", "kind") if name in texts]
    blank = [""] * len(ids)
    columns: dict[str, list[Any]] = {name: texts.get(name, blank) for name in ("name", "district", "township")}
    columns["stages"] = [_stages(cells, words) for cells in zip(*said, strict=True)] if said else [()] * len(ids)
    columns["address"] = address_cells(raw.attributes, source)
    index = pd.Index(ids, name="id", dtype=object)
    return pd.DataFrame(columns, index=index, dtype=object), [*findings, *told]


def _stages(cells: tuple[str, ...], words: Mapping[str, tuple[Stage, ...]]) -> tuple[Stage, ...]:
    found = {stage for cell in cells for part in _PART.split(cell) for stage in meaning(part, words) or ()}
    return tuple(stage for stage in Stage if stage in found)
