"""A layer on its way through the door: columns understood, place not yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray
    from pyproj import CRS

    from geoplan.config import LayerConfig
    from geoplan.inputs.schema import LayerSchema


@dataclass(frozen=True, eq=False)
class Draft:
    """One layer with typed columns.

    Attributes:
        source: its table in project.toml.
        frame: typed columns, index `id`, rows in the order of the file.
        geometry: shapely geometries or None, shape (n,), in `crs`; all None in a table.
        crs: of the geometries; None where the file says none, or in local metres.
    """

    source: LayerConfig
    schema: LayerSchema
    frame: pd.DataFrame
    geometry: NDArray[np.object_]
    crs: CRS | None
    files: tuple[Path, ...]

    @property
    def has_geometry(self) -> bool:
        """At least one row has a place."""
        return any(shape is not None for shape in self.geometry)
