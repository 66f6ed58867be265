"""Degrees as tables write them: 114°30′12″, 114-30-12, 东经114度30分12秒, E114°30.2′, and D.MMSS where declared."""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from geoplan.inputs.findings import RefusedError, error, note
from geoplan.inputs.values import cell_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geoplan.config import LayerConfig
    from geoplan.inputs.columns import Match
    from geoplan.types import Finding

_SIDES = {"东经": "E", "西经": "W", "北纬": "N", "南纬": "S", "e": "E", "w": "W", "n": "N", "s": "S"}
_SIDE = re.compile(r"^(东经|西经|北纬|南纬|[ewns])\s*:?\s*|\s*([ewns])$", re.IGNORECASE)
_MARKED = re.compile(
    r"(?P<sign>-?)(?P<d>\d{1,3})\s*[°º˚度]\s*"
    r"(?:(?P<m>\d{1,2}(?:\.\d+)?)\s*['′‘’`分]\s*(?:(?P<s>\d{1,2}(?:\.\d+)?)\s*(?:\"|″|“|”|''|′′|‘‘|’’|秒)?)?)?"
)
_BARE = re.compile(r"(?P<sign>-?)(?P<d>\d{1,3})[- :](?P<m>\d{1,2})[- :](?P<s>\d{1,2}(?:\.\d+)?)")
_DECIMAL = re.compile(r"(?P<sign>-?)(?P<d>\d{1,3}(?:\.\d+)?)\s*[°º˚度]?")
_PLAIN = re.compile(r"-?\d+\.\d+")
"""Decimal degrees keep every digit: as a figure of people they would be rounded to six, 5 cm."""
_PACKED = re.compile(r"(?P<sign>-?)(?P<d>\d{1,3})(?:\.(?P<rest>\d+))?")
_AXIS = {"E": "lon", "W": "lon", "N": "lat", "S": "lat"}


@dataclass(frozen=True)
class Angle:
    """One cell in degrees.

    Attributes:
        degrees: decimal, west and south negative.
        axis: `lon` or `lat` where the cell itself says so (东经, N), else ''.
    """

    degrees: float
    axis: str = ""


def angle(text: str, *, packed: bool = False) -> Angle | None:
    """A cell's text as an angle; None where it is none, or where minutes or seconds reach 60.

    Args:
        text: `114°30′12″`, `114-30-12`, `东经114°30.2′`, `E114.5`.
        packed: 114.3012 means 114°30′12″ (D.MMSS); 114.301256 means 12.56″.
    """
    plain = unicodedata.normalize("NFKC", text.replace("º", "°").replace("″", '"').replace("′", "'")).strip()
    side = ""
    while (found := _SIDE.search(plain)) is not None and not side:
        side = _SIDES[(found[1] or found[2]).casefold()]
        plain = (plain[: found.start()] + plain[found.end() :]).strip()
    match = _MARKED.fullmatch(plain) or _BARE.fullmatch(plain)
    if match is not None:
        degrees = _sexagesimal(match["d"], match["m"] or "0", match["s"] or "0")
    elif packed:
        match = _PACKED.fullmatch(plain)
        digits = (match["rest"] or "") if match else ""
        degrees = _sexagesimal(match["d"], digits[:2].ljust(2, "0"), _seconds(digits[2:])) if match else None
    else:
        match = _DECIMAL.fullmatch(plain) if side or plain[-1:] in "°˚度" else None
        degrees = float(match["d"]) if match else None
    if match is None or degrees is None:
        return None
    negative = (match["sign"] == "-") != (side in {"W", "S"})
    return Angle(-degrees if negative else degrees, _AXIS.get(side, ""))


def _seconds(digits: str) -> str:
    whole = digits[:2].ljust(2, "0")
    return f"{whole}.{digits[2:]}" if digits[2:] else whole


def _sexagesimal(degrees: str, minutes: str, seconds: str) -> float | None:
    if float(minutes) >= 60 or float(seconds) >= 60:
        return None
    return round(float(degrees) + float(minutes) / 60 + float(seconds) / 3600, 12)


def as_degrees(match: Match, axis: str, ids: Sequence[str], source: LayerConfig) -> tuple[Match, list[Finding]]:
    """A column whose angles are written in degrees, minutes and seconds as decimal degrees, told in a note.

    Cells that are plain numbers stay as they are, unless project.toml declares D.MMSS.

    Args:
        axis: `lon` or `lat`: what the column holds.

    Raises:
        RefusedError: a latitude in the column of longitudes or the other way round; under D.MMSS, cells that are no
            such angle.
    """
    packed = source.place.coordinates == "d.mmss"
    cells: list[object] = []
    read: list[tuple[str, str, float]] = []
    turned, wrong = [], []
    for key, cell in zip(ids, match.cells, strict=True):
        text = _written(cell)
        found = angle(text, packed=packed) if text and (packed or not isinstance(cell, int | float)) else None
        if found is None:
            cells.append(float(text) if _PLAIN.fullmatch(text) else cell)
            if packed and text:
                wrong.append(key)
            continue
        cells.append(found.degrees)
        read.append((key, text, found.degrees))
        if found.axis not in {"", axis}:
            turned.append(key)
    if turned:
        raise RefusedError(_turned(match, axis, turned, source))
    if wrong:
        raise RefusedError(_no_angle(match, wrong, source))
    return replace(match, cells=cells), [_told(match, read, source, packed=packed)] if read else []


def _written(cell: object) -> str:
    """Float cells of Excel keep the digits that were typed: 114.3012, not 114.30120000000001."""
    if isinstance(cell, float) and math.isfinite(cell) and not cell.is_integer():
        return f"{cell:.12g}"
    return cell_text(cell)


def _told(match: Match, read: list[tuple[str, str, float]], source: LayerConfig, *, packed: bool) -> Finding:
    _, text, degrees = read[0]
    way = "D.MMSS, as project.toml declares" if packed else "degrees, minutes and seconds"
    what = f"{len(read):,} cells of {match.header!r} are read as {way}: {text} → {degrees:.6f}."
    return note(source, "degrees-minutes-seconds", what, rows=[key for key, _, _ in read])


def _turned(match: Match, axis: str, rows: list[str], source: LayerConfig) -> Finding:
    holds = {"lon": "longitudes", "lat": "latitudes"}
    other = "lat" if axis == "lon" else "lon"
    what = f"{len(rows):,} cells of {match.header!r}, the column of {holds[axis]}, are marked as {holds[other]}."
    fix = f'Swap columns = {{ lon = "…", lat = "…" }} in [layers.{source.role}].'
    return error(source, "lat-lon-swapped", what, rows=rows, fix=fix)


def _no_angle(match: Match, rows: list[str], source: LayerConfig) -> Finding:
    what = f"{len(rows):,} cells of {match.header!r} are no degrees in D.MMSS, as project.toml declares them."
    why = "114.3012 is 114°30′12″ there; minutes and seconds stay below 60."
    fix = f'Correct the cells, or coordinates = "decimal" in [layers.{source.role}].'
    return error(source, "unreadable-geometry", what, rows=rows, why=why, fix=fix)
