"""Shapefiles for software that reads nothing else: UTF-8, ten-byte field names, and a dictionary of the names.

Shapefile keeps ten bytes of a field's name and 254 of a text; both are cut here, on purpose and in writing, and not by
the driver. The same layers give the same bytes.
"""

from __future__ import annotations

import re
import warnings
from typing import TYPE_CHECKING

import pandas as pd

from geoplan.publish.geopackage import GEOMETRY_TYPE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    import geopandas as gpd

    from geoplan.publish.qgis import LayerStyle

FIELDS_NAME = "fields.txt"
NAME_BYTES, TEXT_BYTES = 10, 254
FIXED_DATE = "1980-01-01"
"""The header of a .dbf holds the day on which it was written; the clock would make two runs differ."""


def write_shapefiles(layers: Sequence[tuple[LayerStyle, gpd.GeoDataFrame]], folder: Path) -> list[Path]:
    """Write one Shapefile for each layer, and `fields.txt`, which says what the short field names mean.

    Args:
        layers: with their styles, as for a GeoPackage.
        folder: made if it is not there.

    Returns:
        The files, sorted.

    Raises:
        pyogrio.errors.DataSourceError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lines = [
        "Shapefile 字段说明 / What the field names mean",
        f"编码 UTF-8（见 .cpg）；字段名不超过{NAME_BYTES}字节，文本不超过{TEXT_BYTES}字节，超出的在此截断并注明。",
        f"UTF-8; names have at most {NAME_BYTES} bytes and texts {TEXT_BYTES}; what is longer is cut, and said here.",
    ]
    for style, frame in layers:
        lines += ["", f"[{style.layer}.shp] {style.title}", *_write(style, frame, folder)]
    # the mark at the front tells Windows' editor that this is UTF-8
    (folder / FIELDS_NAME).write_text("\n".join(lines) + "\n", encoding="utf-8-sig", newline="\r\n")
    return sorted(folder.iterdir())


def _write(style: LayerStyle, frame: gpd.GeoDataFrame, folder: Path) -> list[str]:
    """Write one layer; says its lines of the dictionary."""
    import pyogrio  # noqa: PLC0415  GDAL is needed only here

    names = short_names(str(column) for column in frame.columns if column != frame.geometry.name)
    shown, notes = frame.rename(columns=names), []
    for full, short in names.items():
        column = shown[short]
        cut = 0
        if not pd.api.types.is_numeric_dtype(column):
            texts = [fitted(str(value)) for value in column]
            cut = sum(new != old for new, old in zip(texts, column.astype(str), strict=True))
            shown[short] = pd.Series(texts, index=shown.index, dtype=object)
        note = f"    （{cut:,} 行文本截断，全文见 GeoPackage / texts cut: {cut:,}）" if cut else ""
        notes.append(f"{short:<{NAME_BYTES}}  {full}{note}")
    with warnings.catch_warnings():
        # local metres have no CRS, and that is meant
        warnings.filterwarnings("ignore", message="'crs' was not provided", category=UserWarning)
        pyogrio.write_dataframe(
            shown,
            folder / f"{style.layer}.shp",
            driver="ESRI Shapefile",
            geometry_type=GEOMETRY_TYPE[style.family].removeprefix("Multi"),
            encoding="UTF-8",
            layer_options={"DBF_DATE_LAST_UPDATE": FIXED_DATE},
        )
    return notes


def short_names(names: Iterable[str]) -> dict[str, str]:
    """A name of at most ten ASCII letters for each: `kindergarten_walk_after` → `kinder_w_a`; never the same twice.

    Parts are cut evenly, so that those of long names stay told apart; what is the same still gets a number.
    """
    found: dict[str, str] = {}
    taken: set[str] = set()
    for name in names:
        plain = re.sub(r"[^0-9A-Za-z_]", "", name) or "field"
        short = plain if len(plain) <= NAME_BYTES else _squeezed(plain)
        number = 1
        unique = short
        while unique.lower() in taken:
            number += 1
            unique = f"{short[: NAME_BYTES - len(str(number))]}{number}"
        taken.add(unique.lower())
        found[name] = unique
    return found


def _squeezed(name: str) -> str:
    first, *rest = name.split("_")
    tail = "".join(f"_{part if part.isdigit() else part[:1]}" for part in rest)
    room = NAME_BYTES - len(tail)
    return f"{first[:room]}{tail}" if room >= 1 else name[:NAME_BYTES]


def fitted(text: str) -> str:
    """The text within 254 bytes of UTF-8, cut between letters."""
    raw = text.encode("utf-8", "replace")
    return text if len(raw) <= TEXT_BYTES else raw[:TEXT_BYTES].decode("utf-8", "ignore")
