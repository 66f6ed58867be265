"""The door: project.toml's layers in, `Layers` out, everything that was noticed told at once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geoplan.config import ROLES, LayerConfig
from geoplan.inputs import checks, geometry, georeference, repair, table_checks, table_rows, totals_findings
from geoplan.inputs.columns import Match, find_header, match_columns, missing_column
from geoplan.inputs.coordinates import UNPLACED, with_geometry
from geoplan.inputs.draft import Draft
from geoplan.inputs.figures import numbers
from geoplan.inputs.findings import RefusedError, as_exception, error, errors_in
from geoplan.inputs.in_metres import in_metres
from geoplan.inputs.layer_schema import ColumnSchema
from geoplan.inputs.name_campus import with_campus
from geoplan.inputs.name_locating import located
from geoplan.inputs.name_sources import address_cells
from geoplan.inputs.normalise import typed_frame
from geoplan.inputs.osm_barriers import as_unasked, with_own_barriers
from geoplan.inputs.raw import Raw, Request
from geoplan.inputs.readers import READERS, read_raw
from geoplan.inputs.rows import keep_where, row_ids
from geoplan.inputs.schema import COORDINATES, layer_schemas, read_schema
from geoplan.inputs.shape_changes import note_shapes
from geoplan.types import Finding, Layer, Layers, Severity, Table, natural_key

if TYPE_CHECKING:
    from collections.abc import Collection

    from pyproj import CRS

    from geoplan.config import ProjectConfig
    from geoplan.inputs.changes import ChangeLog

__all__ = ["READERS", "check_layers", "load_layers", "read_raw"]

_ORDER = tuple(Severity)


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
    config: ProjectConfig,
    *,
    roles: Collection[str] | None = None,
    placed: bool = True,
    log: ChangeLog | None = None,
) -> tuple[Layers | None, tuple[Finding, ...]]:
    """Like `load_layers`, but bad input is returned as findings and never raised.

    Args:
        config, roles, placed: as there.
        log: collects every changed cell, and how each column was understood.

    Returns:
        The layers, or None where a finding is an error; and every finding, errors first.

    Raises:
        ConfigError: a layers/*.toml of the project cannot be used.
    """
    schemas = layer_schemas(config.folder)
    coordinates = read_schema(config.folder, COORDINATES)
    wanted = [role for role in ROLES if roles is None or role in roles]
    config, unasked = with_own_barriers(config)
    findings = [_missing_layer(role) for role in wanted if schemas[role].required and role not in config.layers]
    drafts: dict[str, Draft] = {}
    for role in wanted:
        if role in config.layers and not (role == "barriers" and unasked and "roads" not in drafts):
            request = Request(
                config.layer_path(role),
                config.layers[role],
                schemas[role],
                coordinates,
                folder=config.folder,
                outside_files=config.outside_files,
                around=_around(drafts.get("districts")),
                log=log,
            )
            draft, told = _draft(request, placed=placed, districts=drafts.get("districts"))
            if role == "barriers" and unasked:
                told = as_unasked(told, request.source, 0 if draft is None else len(draft.frame))
            findings.extend(told)
            if draft is not None:
                drafts[role] = draft
    crs, told = in_metres(drafts, config.crs, log)
    findings.extend(told)
    findings.extend(table_checks.check_together(drafts))
    if errors_in(findings):
        return None, _ordered(findings)
    built: dict[str, Any] = {
        role: _table(draft) if draft.schema.is_table else _layer(draft) for role, draft in drafts.items()
    }
    files = tuple(dict.fromkeys(str(path) for draft in drafts.values() for path in draft.files))
    layers = Layers(crs=crs, **built, files=files)
    findings.extend(totals_findings.check(config, layers))
    layers = replace(layers, findings=_ordered(findings))
    return layers, layers.findings


def _ordered(findings: list[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda finding: _ORDER.index(finding.severity)))


def _around(districts: Draft | None) -> tuple[Any, CRS] | None:
    """The districts' polygons and their CRS, within which a raster is read."""
    if districts is None or districts.crs is None or not districts.has_geometry:
        return None
    return districts.geometry, districts.crs


def _missing_layer(role: str) -> Finding:
    source = LayerConfig(role, "project.toml")
    return error(
        source,
        "missing-layer",
        f"The project has no {role}.",
        why="Nothing can be said without schools and the people they are for.",
        fix=f'Add [layers.{role}] with path = "…" to project.toml.',
    )


def _draft(request: Request, *, placed: bool, districts: Draft | None) -> tuple[Draft | None, list[Finding]]:
    """One layer with typed columns in its own CRS; None where the file cannot be read at all."""
    is_table = request.schema.is_table
    by_name = request.source.locate is not None
    findings: list[Finding] = []
    try:
        raw = read_raw(request)
        findings.extend(raw.findings)
        every = raw.attributes.index
        if request.log is not None:
            request.log.opened(raw, request)
        raw, told = keep_where(raw, request.source)
        findings.extend(told)
        if request.log is not None:
            request.log.left_out(every, raw.attributes.index, request.source)
        if is_table:
            raw = replace(raw, geometry=None, crs=None)
        else:
            raw, told = with_geometry(raw, request.source, request.coordinates, placed=placed and not by_name)
            findings.extend(each for each in told if not (by_name and each.code == "layer-without-places"))
    except RefusedError as refused:
        return None, [*findings, *refused.findings]
    draft, told = _understood(raw, request)
    findings.extend(told)
    empty = checks.empty_layer(draft)
    if empty:
        return None, [*findings, *empty]
    if is_table:
        every = draft.frame.index
        draft, told = table_rows.settled(draft)
        if request.log is not None:
            request.log.left_out(every, draft.frame.index, request.source)
        return draft, [*findings, *told]
    read, (draft, told) = draft, repair.plain(draft)
    if errors_in(told):
        return None, [*findings, *told]
    note_shapes(request.log, read, draft, in_metres=False)
    findings.extend(told)
    unplaced = not placed and draft.source.role in UNPLACED
    there = ~shapely.is_missing(draft.geometry) | (not by_name)
    findings.extend(
        geometry.check_types(draft.frame[there], draft.geometry[there], draft.source, draft.schema, unplaced=unplaced)
    )
    draft = replace(draft, geometry=geometry.fitting(draft.geometry, draft.source, draft.schema))
    draft, told = georeference.place_layer(draft)
    if by_name and not errors_in(told):
        findings.extend(told)
        draft, told = located(draft, request, districts, placed=placed)
    return None if errors_in(told) else draft, [*findings, *told]


def _understood(raw: Raw, request: Request) -> tuple[Draft, list[Finding]]:
    source, schema = request.source, request.schema
    matches, findings = match_columns(raw.attributes, source, schema, request.coordinates)
    if raw.has_ids and "id" not in source.columns:
        matches.pop("id", None)
    id_match, told = with_campus(matches, source)
    findings.extend(told)
    ids, told = row_ids(raw, id_match, source, schema)
    findings.extend(told)
    frame, told = typed_frame(matches, ids, source, schema)
    findings.extend(told)
    if request.log is not None:
        request.log.typed(raw, matches, frame, request)
    frame, told = _with_named_weight(frame, raw, source)
    findings.extend(told)
    if source.locate is not None:
        frame = frame.assign(address=address_cells(raw.attributes, source))
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
