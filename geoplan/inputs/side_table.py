"""Small tables beside a layer, which are no layer themselves: control points, reference points, decisions by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoplan.inputs.columns import find_header
from geoplan.inputs.findings import RefusedError, error
from geoplan.inputs.layer_schema import ColumnSchema, LayerSchema, Style
from geoplan.inputs.raw import Request
from geoplan.inputs.tables import read_csv, read_xlsx

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    import pandas as pd

    from geoplan.config import LayerConfig
    from geoplan.inputs.raw import Raw


def side_schema(
    role: str, title_zh: str, title_en: str, headers: Mapping[str, tuple[str, ...]], *, figures: Collection[str] = ()
) -> LayerSchema:
    """What is expected of a side table.

    Args:
        headers: geoplan's name → the headers that mean it.
        figures: names whose columns hold numbers.
    """
    return LayerSchema(
        role=role,
        title_zh=title_zh,
        title_en=title_en,
        geometry=(),
        required=False,
        id_clash="renumber",
        columns={
            name: ColumnSchema(name, "number" if name in figures else "text", aliases=aliases)
            for name, aliases in headers.items()
        },
        style=Style("#000000", "cross"),
    )


def read_side_table(path: Path, table: LayerConfig, schema: LayerSchema) -> Raw:
    """A CSV or XLSX.

    Raises:
        RefusedError: it is not there, or cannot be read.
    """
    if not path.is_file():
        what = f"There is no file {path.name} beside project.toml."
        raise RefusedError(error(table, "missing-file", what, fix=f"Correct its name in [layers.{table.role}]."))
    reader = read_xlsx if path.suffix.casefold() in {".xlsx", ".xlsm"} else read_csv
    return reader(Request(path, table, schema, schema))


def side_header(attributes: pd.DataFrame, schema: LayerSchema, name: str) -> str | None:
    """The file's header of one of the schema's columns, or None."""
    found = (find_header(attributes, header) for header in schema.columns[name].names)
    return next((header for header in found if header is not None), None)
