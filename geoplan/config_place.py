"""How a layer of project.toml says its place where its file does not: registration, way of writing, reference."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from geoplan.tomlfile import TomlReader

PLACE_KEYS = ("registration", "coordinates", "reference")
COORDINATES = ("decimal", "d.mmss", "lat-lon")
METHODS = ("helmert", "affine")
_MAX_RESIDUAL_M = 5.0
_PAIR = 4


@dataclass(frozen=True)
class RegistrationConfig:
    """`registration`: control points that tie local metres to the earth.

    Attributes:
        path: a table of control points, absolute, links not followed; or None where `points` hold them.
        points: (local x, local y, east or longitude, north or latitude), as written in project.toml.
        crs: of the third and fourth figure; None where they are longitude and latitude.
        method: `helmert` (turn, one scale, shift) or `affine` (six parameters).
        max_residual_m: above it the registration is refused.
    """

    path: Path | None = None
    points: tuple[tuple[float, float, float, float], ...] = ()
    crs: str | None = None
    method: str = "helmert"
    max_residual_m: float = _MAX_RESIDUAL_M


@dataclass(frozen=True)
class PlaceConfig:
    """What one layer says about its place beside `crs` and `datum`.

    Attributes:
        coordinates: how its figures are written: `decimal`; `d.mmss` (114.3012 is 114°30′12″); `lat-lon`, swapped.
        reference: a table of points of the same names whose place is known (WGS 84), absolute, links not
            followed; or None.
    """

    registration: RegistrationConfig | None = None
    coordinates: str = "decimal"
    reference: Path | None = None


def read_place(reader: TomlReader, where: str, table: dict[str, Any]) -> PlaceConfig:
    """The keys of a layer's table that say its place; faults are noted in the reader.

    Args:
        where: the table's key path with its dot, for messages.
    """
    folder = reader.path.parent.resolve()
    reference = table.get("reference")
    written = table.get("registration")
    return PlaceConfig(
        registration=None if written is None else _registration(reader, where + "registration", written, folder),
        coordinates=reader.choice(where + "coordinates", table.get("coordinates", "decimal"), COORDINATES),
        reference=None if reference is None else folder / reader.text(where + "reference", reference),
    )


def _registration(reader: TomlReader, where: str, value: object, folder: Path) -> RegistrationConfig:
    """A file's name, a list of pairs, or a table of both with crs, method and max_residual_m."""
    if not isinstance(value, dict):
        value = {"points": value}
    reader.known(where + ".", value, ("points", "crs", "method", "max_residual_m"))
    points = value.get("points")
    listed: tuple[tuple[float, float, float, float], ...] = ()
    path = None
    if isinstance(points, str):
        path = folder / points
    elif isinstance(points, list) and points:
        listed = tuple(_point(reader, f"{where}[{place}]", point) for place, point in enumerate(points))
    else:
        wanted = '"points.csv" or [[x, y, lon, lat], …]'
        reader.faults.append(f"{where}: expected {wanted}, found {points!r}.")
    return RegistrationConfig(
        path=path,
        points=listed,
        crs=reader.optional_text(where + ".crs", value.get("crs")),
        method=reader.choice(where + ".method", value.get("method", METHODS[0]), METHODS),
        max_residual_m=reader.positive(where + ".max_residual_m", value.get("max_residual_m", _MAX_RESIDUAL_M)),
    )


def _point(reader: TomlReader, where: str, value: object) -> tuple[float, float, float, float]:
    """Four figures; a pair of pairs [[x, y], [lon, lat]] is taken too."""
    if isinstance(value, list) and len(value) == 2 and all(isinstance(part, list) for part in value):
        value = [*value[0], *value[1]]
    if not isinstance(value, list) or len(value) != _PAIR:
        reader.faults.append(f"{where}: expected [x, y, lon, lat], found {value!r}.")
        return (0.0, 0.0, 0.0, 0.0)
    x, y, east, north = (reader.number(where, figure) for figure in value)
    return (x, y, east, north)
