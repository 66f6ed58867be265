"""Population rasters (GeoTIFF, people per cell) as rows of people, through rasterio (extra `raster`).

The sum is kept all the way: cells added up to larger ones hold the sum of their parts, and a cell that a district's
boundary cuts is split by area, so that what lies inside and what lies outside add up to what the raster holds.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS, Geod

from geoplan.errors import MissingExtraError
from geoplan.inputs.cells import Cells, added_up, clipped
from geoplan.inputs.extras import wanted_extra
from geoplan.inputs.findings import RefusedError, error, note
from geoplan.inputs.raster_doubts import doubts
from geoplan.inputs.raw import Raw, Request
from geoplan.inputs.vector import too_large, unreadable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geoplan.types import Finding

MAX_CELLS = 60_000_000
"""Of the window that is read, empty cells included: half a gigabyte."""
MAX_ROWS = 2_000_000
"""Of cells with people in them, which become rows."""

_NOT_BELOW_ZERO = {">=0", ">0", ">= 0", "> 0"}


@dataclass(frozen=True, eq=False)
class _Band:
    """The window of one band; `people` with NaN where nothing is known, shape (rows, columns); what the file says."""

    people: NDArray[np.float64]
    cells: Cells
    crs: CRS
    unknown: int
    said: str
    unit: str


def read_raster(request: Request) -> Raw:
    """The cells of a .tif with people in them as boxes, column `people`; within the districts where there are any.

    `cell_m` in project.toml adds cells up to squares of at least that side; `layer = "2"` takes the second band.

    Raises:
        RefusedError: not for people, several bands and none chosen, turned, without CRS, negative values, too many
            cells, cut, or rasterio is not installed.
    """
    source = request.source
    if source.role != "population":
        what = f"A raster holds people by cell; it cannot be the layer {source.role}."
        raise RefusedError(error(source, "wrong-geometry-type", what, fix="Give points, lines or polygons."))
    band = _read(request)
    total = float(np.nansum(band.people))
    values, findings = _not_negative(request, band)
    side_m = _side_m(band)
    area_m2 = (band.people.size - band.unknown) * side_m**2
    findings.extend(doubts(request, said=band.said, unit=band.unit, people=total, area_m2=area_m2))
    factor = 1 if source.cell_m is None else max(1, math.ceil(source.cell_m / side_m - 1e-9))
    values, cells = added_up(values, band.cells, factor)
    row, column = np.nonzero(values)
    if len(row) > MAX_ROWS:
        what = f"{len(row):,} of its cells hold people; up to {MAX_ROWS:,} become rows"
        told = too_large(request, what)
        raise RefusedError(told)
    labels = [f"cell {at}, {across}" for at, across in zip(row + cells.row, column + cells.column, strict=True)]
    boxes, people = cells.boxes(row, column), values[row, column]
    findings.append(_told(request, total, side_m * factor, len(row), band.unknown))
    if request.around is not None:
        boxes, people, kept, outside = clipped(boxes, people, _areas(request.around, band.crs))
        labels = _numbered([labels[at] for at in kept])
        findings.append(_clipped(request, float(people.sum()), outside))
    frame = pd.DataFrame({"people": people}, index=pd.Index(labels, dtype=object), dtype=object)
    return Raw(frame, boxes, band.crs, (request.path,), has_ids=True, findings=tuple(findings))


def _read(request: Request) -> _Band:
    try:
        import rasterio  # noqa: PLC0415  optional
        from rasterio.errors import NotGeoreferencedWarning, RasterioError  # noqa: PLC0415
    except ImportError as fault:
        raise RefusedError(wanted_extra(request, MissingExtraError("rasterio", "raster"))) from fault
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)  # such a file is refused
            with rasterio.open(request.path, driver="GTiff") as file:
                return _window(request, file)
    except (RasterioError, ValueError, OSError) as fault:
        raise RefusedError(unreadable(request, fault)) from fault


def _window(request: Request, file: Any) -> _Band:  # noqa: ANN401  rasterio ships no types
    from rasterio.windows import Window  # noqa: PLC0415  optional

    source, band = request.source, _band_number(request, file.count)
    crs = CRS.from_wkt(file.crs.to_wkt()) if file.crs else _declared(request)
    step = file.transform
    if step.is_identity:
        raise RefusedError(unreadable(request, "it does not say where it lies (no geotransform)"))
    if step.b or step.d or step.a <= 0 or step.e >= 0:
        raise RefusedError(unreadable(request, "its grid is turned, warp it to north up first (gdalwarp)"))
    top, left, bottom, right = 0, 0, file.height, file.width
    if request.around is not None:
        west, south, east, north = shapely.total_bounds(_areas(request.around, crs))
        top = max(top, math.floor((north - step.f) / step.e))
        bottom = min(bottom, math.ceil((south - step.f) / step.e))
        left = max(left, math.floor((west - step.c) / step.a))
        right = min(right, math.ceil((east - step.c) / step.a))
        if top >= bottom or left >= right:
            what = "The raster and the districts lie apart; no cell of it is in any district."
            fix = f"Check crs in [layers.{source.role}] and that the raster covers the area."
            raise RefusedError(error(source, "far-away", what, fix=fix))
    count = (bottom - top) * (right - left)
    if count > MAX_CELLS:
        what = f"{count:,} cells would be read; up to {MAX_CELLS:,} are"
        raise RefusedError(too_large(request, what))
    read = file.read(band, window=Window(left, top, right - left, bottom - top), masked=True)
    with np.errstate(invalid="ignore"):  # a signalling NaN in a damaged file is a cell without people
        values = np.ma.filled(read.astype(np.float64), np.nan)
    values[np.isinf(values)] = np.nan
    cells = Cells(step.c, step.f, step.a, -step.e, top, left)
    said = [file.descriptions[band - 1], *file.tags().values(), *file.tags(band).values()]
    told = " ".join(str(each) for each in said if each)
    return _Band(values, cells, crs, int(np.isnan(values).sum()), told, file.units[band - 1] or "")


def _band_number(request: Request, count: int) -> int:
    wanted = request.source.layer
    if wanted is None and count == 1:
        return 1
    if wanted is not None and wanted.isdecimal() and 1 <= int(wanted) <= count:
        return int(wanted)
    what = f"The raster has {count:,} bands" + (f" and none of the name {wanted!r}." if wanted else ".")
    fix = f'Say which: layer = "1" in [layers.{request.source.role}].'
    raise RefusedError(error(request.source, "missing-layer-in-file", what, fix=fix))


def _declared(request: Request) -> CRS:
    """The CRS that project.toml gives to a raster that has none: the window is found by it."""
    from geoplan.crs import parse_crs  # noqa: PLC0415
    from geoplan.errors import CrsError  # noqa: PLC0415

    source = request.source
    try:
        if source.crs is not None and source.crs != "local":
            return parse_crs(source.crs)
        told = "The raster has no CRS."
    except CrsError as fault:
        told = str(fault)
    raise RefusedError(error(source, "no-crs", told, fix=f'Set crs = "EPSG:…" in [layers.{source.role}].'))


def _not_negative(request: Request, band: _Band) -> tuple[NDArray[np.float64], list[Finding]]:
    """Cells below zero are an error, unless `where = { people = [">=0"] }` leaves them out; unknown cells are empty."""
    values, source = band.people, request.source
    below = values < 0
    findings: list[Finding] = []
    if below.any():
        row, column = np.nonzero(below)
        found, counts = np.unique(values[below], return_counts=True)
        what = f"{len(row):,} cells are below zero; the value {found[counts.argmax()]:g} stands in {counts.max():,}."
        rows = [
            f"cell {at + band.cells.row}, {across + band.cells.column}" for at, across in zip(row, column, strict=True)
        ][:5]
        if not _NOT_BELOW_ZERO & set(source.where.get("people", ())):
            fix = (
                f'Leave them out: where = {{ people = [">=0"] }} in [layers.{source.role}], or declare them as nodata.'
            )
            why = "Nobody can live there less than not at all; it is usually a mark for “no data” that nobody declared."
            raise RefusedError(error(source, "negative-people", what, rows=rows, why=why, fix=fix))
        findings.append(note(source, "rows-dropped", f"{what} They are left out, as project.toml says.", rows=rows))
    return np.where(np.isnan(values) | below, 0.0, values), findings


def _side_m(band: _Band) -> float:
    """Side of a cell in metres, the longer one; degrees are measured in the middle of the window."""
    cells = band.cells
    if not band.crs.is_geographic:
        return float(max(cells.width, cells.height) * (band.crs.axis_info[0].unit_conversion_factor or 1.0))
    x = cells.x + cells.column * cells.width
    y = cells.y - (cells.row + band.people.shape[0] / 2) * cells.height
    geod = Geod(ellps="WGS84")
    _, _, across = geod.inv(x, y, x + cells.width, y)
    _, _, along = geod.inv(x, y, x, y - cells.height)
    return float(max(across, along))


def _areas(around: tuple[NDArray[np.object_], CRS], crs: CRS) -> NDArray[np.object_]:
    """The districts in the raster's CRS, repaired where they cross themselves."""
    shapes, own = around
    if not own.equals(crs, ignore_axis_order=True):
        shapes = np.asarray(gpd.GeoSeries(shapes, crs=own).to_crs(crs), dtype=object)
    return np.where(shapely.is_valid(shapes), shapes, shapely.make_valid(shapes))


def _numbered(labels: Sequence[str]) -> list[str]:
    """Parts of one cell get a number behind its name."""
    seen: dict[str, int] = {}
    named = []
    for label in labels:
        seen[label] = seen.get(label, 0) + 1
        named.append(label if seen[label] == 1 else f"{label} ({seen[label]})")
    return named


def _told(request: Request, total: float, side_m: float, rows: int, unknown: int) -> Finding:
    what = (
        f"{rows:,} cells of {side_m:,.0f} m hold {total:,.1f} people; {unknown:,} cells have no data and hold nobody."
    )
    why = "Each cell is taken as a count of people; of a raster of densities this sum would be wrong."
    return note(request.source, "raster-cells", what, why=why)


def _clipped(request: Request, inside: float, outside: float) -> Finding:
    what = (
        f"{inside:,.1f} people live in the districts; {outside:,.1f} around them are left out. "
        "Cells on a boundary are split by area."
    )
    return note(request.source, "raster-clipped", what)
