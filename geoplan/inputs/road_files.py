"""How much memory a road file will take, from its size and head, said before any of it is read.

The factors are lower ends: a file is refused only where even the most harmless content of its size would not fit.
What the network needs is estimated again, from counted vertices, by `geoplan.travel.estimate`.
"""

from __future__ import annotations

import os
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import pyogrio

from geoplan.inputs.findings import RefusedError, error
from geoplan.inputs.vector import GDAL_FAULTS

if TYPE_CHECKING:
    from geoplan.inputs.raw import Request

MB = 1_000_000
SHARE_OF_MEMORY = 0.7
_LONGEST_VARINT = 64
"""Bits; a number without end would take hours to put together."""
LEAST_BYTES = 50 * MB
"""Smaller files are not worth the question."""
GROWTH = {
    ".pbf": 9.0,
    ".osm": 3.0,
    ".graphml": 8.0,
    ".gpkg": 2.0,
    ".shp": 2.0,
    ".geojson": 1.5,
    ".json": 1.5,
    ".fgb": 2.0,
    ".parquet": 4.0,
    ".geoparquet": 4.0,
}
"""Bytes in memory for a byte of the file, at least. Measured: .pbf with all of a country's buildings 9 (Liechtenstein),
streets alone some 50; .osm 4 to 9 (65 MB of streets); .graphml 17. The others are set low by hand, not measured."""


def check_road_file(request: Request) -> None:
    """Refuse a road file that cannot fit into memory; nothing of it but its head has been read.

    Raises:
        RefusedError: too-large, with what it would take, what there is, and the command that cuts it.
    """
    path = request.path
    size = path.stat().st_size
    growth = GROWTH.get(path.suffix.casefold())
    if request.source.role != "roads" or growth is None or size < LEAST_BYTES:
        return
    asked = request.source.roads.memory_mb
    free = available_mb()
    allowed = asked if asked is not None else None if free is None else SHARE_OF_MEMORY * free
    need = size * _share_of_layer(request) * growth / MB
    if allowed is None or need <= allowed:
        return
    source = "memory_mb of [layers.roads] allows" if asked is not None else "this computer has room for"
    where = ""
    if path.suffix.casefold() == ".pbf" and (bounds := pbf_bounds(path)) is not None:
        where = " It covers {:.2f}-{:.2f}° E, {:.2f}-{:.2f}° N.".format(*bounds)
    raise RefusedError(
        error(
            request.source,
            "too-large",
            f"The road file has {size / MB:,.0f} MB; its roads would take {need:,.0f} MB of memory at least; {source} "
            f"{allowed:,.0f} MB. It was not read.{where}",
            why="Reading it would use up the computer's memory.",
            fix="Cut it to the districts and a margin of 3 km: osmium extract --bbox W,S,E,N IN -o OUT.osm.pbf, or "
            "clip in QGIS; or set memory_mb in [layers.roads] when more may be used.",
        )
    )


def _share_of_layer(request: Request) -> float:
    """Of a GeoPackage of several layers the share of the rows that will be read; 1 where nobody can say."""
    if request.path.suffix.casefold() != ".gpkg":
        return 1.0
    try:
        names = [str(name) for name, _ in pyogrio.list_layers(request.path)]
        rows = {name: max(0, int(pyogrio.read_info(request.path, layer=name)["features"])) for name in names}
    except GDAL_FAULTS:  # its reader will say what is wrong with it
        return 1.0
    layer = request.source.layer or request.source.role
    return rows[layer] / max(1, sum(rows.values())) if layer in rows else 1.0


def available_mb() -> float | None:
    """Memory that is free for use, in 10^6 bytes; None where the system does not say."""
    said = Path("/proc/meminfo")
    if said.is_file():
        lines = dict(line.split(":", 1) for line in said.read_text(encoding="ascii").splitlines())
        if "MemAvailable" in lines:
            return int(lines["MemAvailable"].split()[0]) * 1024 / MB
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / MB
    except (AttributeError, OSError, ValueError):  # not on this system
        return None


def pbf_bounds(path: Path) -> tuple[float, float, float, float] | None:
    """West, east, south, north in degrees as the head of an .osm.pbf says; None where it does not.

    Reference: OpenStreetMap's PBF format, fileformat.proto (BlobHeader: 1 type, 3 datasize; Blob: 1 raw, 3 zlib_data)
    and osmformat.proto (HeaderBlock: 1 bbox; HeaderBBox: 1 left, 2 right, 3 top, 4 bottom, in 1e-9 degrees).
    """
    try:
        with path.open("rb") as stream:
            length = int.from_bytes(stream.read(4), "big")
            header = _fields(stream.read(min(length, 65_536)))
            blob = _fields(stream.read(min(int(header[3]), MB)))
        block = bytes(blob[1]) if 1 in blob else zlib.decompressobj().decompress(bytes(blob[3]), MB)
        box = _fields(bytes(_fields(block)[1]))
        left, right, top, bottom = (_signed(int(box[number])) / 1e9 for number in (1, 2, 3, 4))
    except (OSError, KeyError, IndexError, TypeError, ValueError, zlib.error):  # its reader will say what is wrong
        return None
    return left, right, bottom, top


def _fields(message: bytes) -> dict[int, int | bytes]:
    """The fields of one protocol buffer message by number; of a repeated one the last."""
    found: dict[int, int | bytes] = {}
    place = 0
    while place < len(message):
        key, place = _varint(message, place)
        if key & 7 == 0:
            found[key >> 3], place = _varint(message, place)
        elif key & 7 == 2:
            length, place = _varint(message, place)
            found[key >> 3] = message[place : place + length]
            place += length
        else:
            raise ValueError("no field of a head")
    return found


def _varint(message: bytes, place: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[place]
        value |= (byte & 0x7F) << shift
        place, shift = place + 1, shift + 7
        if byte < 0x80:
            return value, place
        if shift > _LONGEST_VARINT:
            raise ValueError("no number of a head")


def _signed(number: int) -> int:
    """Zigzag, as sint64 is written."""
    return (number >> 1) ^ -(number & 1)
