"""Rows of a table matched to places: by id or by name, or to the whole project where they name none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from geoplan.demand.people.points import lies_in
from geoplan.types import Finding, Layer, Severity, natural_sorted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from geoplan.types import Layers

WHOLE = -1
"""A row that names no place: it speaks of the whole project."""

UNKNOWN = -2
"""A row that names a place that is not there."""


def match_places(
    frame: pd.DataFrame, places: Mapping[str, str], *, layer: str, file: str = ""
) -> tuple[NDArray[np.int64], tuple[Finding, ...]]:
    """Position in `places` of each row's `district`, `WHOLE` or `UNKNOWN`, and what was not found.

    Args:
        frame: a table that may have a column `district` with ids or names.
        places: name of each place by its id, in natural order.
        layer, file: for the finding.
    """
    position = {name: row for row, name in reversed(list(enumerate(places.values()))) if name}
    position |= {key: row for row, key in enumerate(places) if key}
    words = _words(frame)
    at = np.array([position.get(word, UNKNOWN) if word else WHOLE for word in words], dtype=np.int64)
    lost = np.flatnonzero(at == UNKNOWN)
    if not len(lost):
        return at, ()
    names = natural_sorted({words[row] for row in lost})
    return at, (
        Finding(
            Severity.WARNING,
            f"{layer}-district-unknown",
            f"{len(lost)} rows of {layer} name districts that are not in the districts layer.",
            why="Their figures are left out.",
            fix="Write the id or the name as in the districts layer, or add the district.",
            layer=layer,
            file=file,
            rows=tuple(names[:5]),
            count=len(names),
        ),
    )


def places_of(frame: pd.DataFrame) -> dict[str, str]:
    """The places that a table names itself, in natural order; one place '' where it names none."""
    named = {word for word in _words(frame) if word}
    return {word: word for word in natural_sorted(named)} or {"": ""}


def districts_of(layers: Layers, role: str) -> pd.Series[str]:
    """District id of each row of a layer or table that is there: by its column `district`, else by place; '' for none.

    Args:
        layers: with or without districts; without them every row is ''.
        role: of a layer or table of `layers`.
    """
    found = layers.of(role)
    if found is None:
        raise ValueError(f"The project has no {role}.")
    frame = found.frame
    districts = layers.districts
    if districts is None:
        return pd.Series("", index=frame.index, dtype=object)
    ids = [str(key) for key in districts.frame.index]
    known = {str(name): key for key, name in reversed(list(zip(ids, districts.frame["name"], strict=True))) if name}
    known |= {key: key for key in ids}
    own = np.array([known.get(word, "") for word in _words(frame)], dtype=object)
    if isinstance(found, Layer):
        shapes = np.asarray(found.frame.geometry.array, dtype=object)
        rows = np.flatnonzero((own == "") & ~shapely.is_missing(shapes))
        polygons = np.asarray(districts.frame.geometry.array, dtype=object)
        inside = lies_in(polygons, np.asarray(shapely.point_on_surface(shapes[rows]), dtype=object))
        own[rows] = np.array([*ids, ""], dtype=object)[inside]
    return pd.Series(own, index=frame.index, dtype=object)


def _words(frame: pd.DataFrame) -> list[str]:
    if "district" not in frame:
        return [""] * len(frame)
    return ["" if word is None or word != word else str(word).strip() for word in frame["district"]]  # noqa: PLR0124
