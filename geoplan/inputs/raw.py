"""What a reader hands on: the file's own columns and geometries, before anything is understood."""

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
    from geoplan.inputs.changes import ChangeLog
    from geoplan.inputs.schema import LayerSchema
    from geoplan.types import Finding


@dataclass(frozen=True)
class Request:
    """What to read, and for which role.

    Attributes:
        path: absolute path of the file.
        source: the layer's table in project.toml.
        schema: what the role expects.
        coordinates: the schema of coordinate columns in tables.
        folder: of the project, absolute; None where a file is read outside any project.
        outside_files: as `ProjectConfig.outside_files`.
        around: polygons of the districts and their CRS, where they are known: a raster is read within them.
        log: collects every changed cell where somebody asks for it (`geoplan intake`); None in a run.
    """

    path: Path
    source: LayerConfig
    schema: LayerSchema
    coordinates: LayerSchema
    folder: Path | None = None
    outside_files: bool | None = None
    around: tuple[NDArray[np.object_], CRS] | None = None
    log: ChangeLog | None = None

    @property
    def known_headers(self) -> tuple[str, ...]:
        """Every header that means something for this layer, the project's own mapping first."""
        schemas = (self.schema, self.coordinates)
        columns = [column for schema in schemas for column in schema.columns.values()]
        named = [name for name in self.source.columns.values() if not name.startswith("=")]
        weight = [self.source.spread.by] if self.source.spread else []
        aliases = [name for column in columns for name in (*column.names, *column.aliases_pupils)]
        return tuple(dict.fromkeys([*named, *self.source.where, *weight, *aliases]))


@dataclass(frozen=True, eq=False)
class Raw:
    """A file as read.

    Attributes:
        attributes: the file's own columns, any dtype; index `row 7` or the file's own feature ids, unique.
        geometry: shapely geometries or None, shape (n,), in the file's CRS; None for a table.
        crs: the file's CRS, or None.
        files: everything that was read.
        has_ids: the index holds the file's own ids (OpenStreetMap), not row numbers.
        findings: what the reader decided.
    """

    attributes: pd.DataFrame
    geometry: NDArray[np.object_] | None
    crs: CRS | None
    files: tuple[Path, ...]
    has_ids: bool = False
    findings: tuple[Finding, ...] = ()


def row_labels(numbers: range | list[int]) -> list[str]:
    """`row 7` for each number."""
    return [f"row {number}" for number in numbers]
