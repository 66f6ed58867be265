"""The door: project.toml's layers in, `Layers` out, everything that was noticed told at once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geoplan.config import ROLES, LayerConfig
from geoplan.errors import near_match
from geoplan.inputs import apart, checks, geometry, georeference, project_crs, table_checks, table_rows
from geoplan.inputs.columns import Match, find_header, match_columns, missing_column
from geoplan.inputs.coordinates import UNPLACED, with_geometry
from geoplan.inputs.draft import Draft
from geoplan.inputs.figures import numbers
from geoplan.inputs.findings import RefusedError, as_exception, error, errors_in
from geoplan.inputs.layer_schema import ColumnSchema
from geoplan.inputs.normalise import typed_frame
from geoplan.inputs.osm import read_graphml, read_osm
from geoplan.inputs.raw import Raw, Request
from geoplan.inputs.rows import keep_where, row_ids
from geoplan.inputs.schema import COORDINATES, layer_schemas, read_schema
from geoplan.inputs.shapefile import read_shapefile
from geoplan.inputs.tables import read_csv, read_xlsx
from geoplan.inputs.vector import read_vector
from geoplan.types import Finding, Layer, Layers, Severity, Table, natural_key

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    from pyproj import CRS

    from geoplan.config import ProjectConfig

_ORDER = tuple(Severity)

READERS: dict[str, Callable[[Request], Raw]] = {
    ".osm.pbf": read_osm,
    ".pbf": read_osm,
    ".osm": read_osm,
    ".graphml": read_graphml,
    ".shp": read_shapefile,
    ".csv.gz": read_csv,
    ".csv": read_csv,
    ".tsv": read_csv,
    ".txt": read_csv,
    ".xlsx": read_xlsx,
    ".xlsm": read_xlsx,
    ".xls": read_xlsx,
}
"""By the end of the file's name; every other file is given to GDAL."""


def load_layers(config: ProjectConfig, *, roles: Collection[str] | None = None, placed: bool = True) -> Layers:
    """Read, check and georeference the project's layers.

    Args:
        config: the project; its `layers` say which files.
        roles: only these roles; None for all. A required layer is asked for only among them.
        placed: False accepts schools, population, estates, parcels and premises without any coordinates (rosters),
            with a warning; their geometry is missing then.

    Returns:
        Layers in one metric CRS (or local metres), each frame indexed by unique string ids in natural order, and
        tables with their rows in the order of the file; `findings` holds warnings and notes.

    Raises:
        InputError: at least one error; the message lists every one, `.findings` holds all findings. Where all
            errors are of one kind it is that kind: MissingFileError, MissingColumnError or CrsError.
        ConfigError: a layers/*.toml of the project cannot be used.
    """
    layers, findings = check_layers(config, roles=roles, placed=placed)
    if layers is None:
        raise as_exception(findings)
    return layers


def check_layers(
    config: ProjectConfig, *, roles: Collection[str] | None = None, placed: bool = True
) -> tuple[Layers | None, tuple[Finding, ...]]:
    """Like `load_layers`, but bad input is returned as findings and never raised.

    Returns:
        The layers, or None where a finding is an error; and every finding, errors first.

    Raises:
        ConfigError: a layers/*.toml of the project cannot be used.
    """
    schemas = layer_schemas(config.folder)
    coordinates = read_schema(config.folder, COORDINATES)
    wanted = [role for role in ROLES if roles is None or role in roles]
    findings = [_missing_layer(role) for role in wanted if schemas[role].required and role not in config.layers]
    drafts: dict[str, Draft] = {}
    for role in wanted:
        if role in config.layers:
            request = Request(config.layer_path(role), config.layers[role], schemas[role], coordinates)
            draft, told = _draft(request, placed=placed)
            findings.extend(told)
            if draft is not None:
                drafts[role] = draft
    crs, told = _georeferenced(drafts, config.crs)
    findings.extend(told)
    findings.extend(table_checks.check_together(drafts))
    ordered = tuple(sorted(findings, key=lambda finding: _ORDER.index(finding.severity)))
    if errors_in(ordered):
        return None, ordered
    built: dict[str, Any] = {
        role: _table(draft) if draft.schema.is_table else _layer(draft) for role, draft in drafts.items()
    }
    files = tuple(dict.fromkeys(str(path) for draft in drafts.values() for path in draft.files))
    return Layers(crs=crs, **built, findings=ordered, files=files), ordered


def _missing_layer(role: str) -> Finding:
    source = LayerConfig(role, "project.toml")
    return error(
        source,
        "missing-layer",
        f"The project has no {role}.",
        why="Nothing can be said without schools and the people they are for.",
        fix=f'Add [layers.{role}] with path = "…" to project.toml.',
    )


def _draft(request: Request, *, placed: bool) -> tuple[Draft | None, list[Finding]]:
    """One layer with typed columns in its own CRS; None where the file cannot be read at all."""
    is_table = request.schema.is_table
    findings: list[Finding] = []
    try:
        raw = _read(request)
        findings.extend(raw.findings)
        raw, told = keep_where(raw, request.source)
        findings.extend(told)
        if is_table:
            raw = replace(raw, geometry=None, crs=None)
        else:
            raw, told = with_geometry(raw, request.source, request.coordinates, placed=placed)
            findings.extend(told)
    except RefusedError as refused:
        return None, [*findings, *refused.findings]
    draft, told = _understood(raw, request)
    findings.extend(told)
    empty = checks.empty_layer(draft)
    if empty:
        return None, [*findings, *empty]
    if is_table:
        draft, told = table_rows.settled(draft)
        return draft, [*findings, *told]
    unplaced = not placed and draft.source.role in UNPLACED
    findings.extend(geometry.check_types(draft.frame, draft.geometry, draft.source, draft.schema, unplaced=unplaced))
    draft = replace(draft, geometry=geometry.fitting(draft.geometry, draft.source, draft.schema))
    draft, told = georeference.place_layer(draft)
    return None if errors_in(told) else draft, [*findings, *told]


def _read(request: Request) -> Raw:
    path, source = request.path, request.source
    if not path.exists():
        nearby = [entry.name for entry in path.parent.iterdir()] if path.parent.is_dir() else []
        raise RefusedError(
            error(
                source,
                "missing-file",
                f"There is no file {source.path}.{near_match(path.name, nearby)}",
                why="Paths are relative to the folder of project.toml.",
                fix=f"Correct path in [layers.{source.role}].",
            )
        )
    return _reader(path)(request)


def _reader(path: Path) -> Callable[[Request], Raw]:
    name = path.name.casefold()
    return next((reader for suffix, reader in READERS.items() if name.endswith(suffix)), read_vector)


def _understood(raw: Raw, request: Request) -> tuple[Draft, list[Finding]]:
    source, schema = request.source, request.schema
    matches, findings = match_columns(raw.attributes, source, schema, request.coordinates)
    if raw.has_ids and "id" not in source.columns:
        matches.pop("id", None)
    ids, told = row_ids(raw, matches.get("id"), source, schema)
    findings.extend(told)
    frame, told = typed_frame(matches, ids, source, schema)
    findings.extend(told)
    frame, told = _with_named_weight(frame, raw, source)
    findings.extend(told)
    shapes = raw.geometry if raw.geometry is not None else np.full(len(ids), None, dtype=object)
    return Draft(source, schema, frame, shapes, raw.crs, raw.files), findings


def _with_named_weight(frame: pd.DataFrame, raw: Raw, source: LayerConfig) -> tuple[pd.DataFrame, list[Finding]]:
    """The weight column that `spread.by` names, where it is none of length, area and count."""
    if source.spread is None or source.spread.by in {"length", "area", "count"}:
        return frame, []
    header = find_header(raw.attributes, source.spread.by)
    if header is None:
        return frame, [missing_column(raw.attributes, source, source.spread.by, "spread.by")]
    column = ColumnSchema("weight", "number", required=True, min=0.0)
    match = Match(header, list(raw.attributes[header]))
    weights, told = numbers(match, list(frame.index), source, column)
    return frame.assign(weight=np.asarray(weights, dtype=np.float64)), told


def _georeferenced(drafts: dict[str, Draft], wanted: str) -> tuple[CRS | None, list[Finding]]:
    """Bring `drafts` into the project's CRS in place; checks that need metres run only where that succeeded."""
    crs, findings = project_crs.choose_crs(list(drafts.values()), wanted)
    findings.extend(apart.swapped_apart(list(drafts.values())))
    if errors_in(findings):
        return None, findings
    for role, draft in drafts.items():
        placed, told = georeference.project(draft, crs)
        findings.extend(told)
        drafts[role] = placed
    if errors_in(findings):
        return crs, findings
    findings.extend(apart.far_away(list(drafts.values())))
    for role, draft in drafts.items():
        drafts[role], told = _finished(draft)
        findings.extend(told)
    if not errors_in(findings):
        findings.extend(checks.check_together(drafts))
    return crs, findings


def _finished(draft: Draft) -> tuple[Draft, list[Finding]]:
    shapes, findings = geometry.repair(draft.frame, draft.geometry, draft.source)
    frame, shapes, told = geometry.reduce(draft.frame, shapes, draft.source)
    return replace(draft, frame=frame, geometry=shapes), [*findings, *told]


def _table(draft: Draft) -> Table:
    index = pd.Index([str(key) for key in draft.frame.index], name="id", dtype=object)
    return Table(draft.source.role, draft.frame.set_axis(index), draft.source.path)


def _layer(draft: Draft) -> Layer:
    order = sorted(range(len(draft.frame)), key=lambda row: natural_key(str(draft.frame.index[row])))
    ordered = draft.frame.iloc[order]
    shapes = gpd.GeoSeries(draft.geometry[order], index=ordered.index, crs=draft.crs)
    frame = gpd.GeoDataFrame(ordered, geometry=shapes)
    frame.index = pd.Index([str(key) for key in frame.index], name="id")
    return Layer(draft.source.role, frame, draft.source.path)
