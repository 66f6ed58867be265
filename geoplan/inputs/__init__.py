"""Planners' files → `Layers`: read, matched by alias, georeferenced, checked; every decision is a `Finding`."""

from geoplan.inputs.load import check_layers, load_layers
from geoplan.inputs.schema import ColumnSchema, LayerSchema, Style, layer_schemas

__all__ = ["ColumnSchema", "LayerSchema", "Style", "check_layers", "layer_schemas", "load_layers"]
