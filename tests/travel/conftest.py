from __future__ import annotations

import geopandas as gpd
import pytest
import shapely

from geoplan.types import Layer


@pytest.fixture(scope="session")
def layer():
    """layer(role, shapes, **columns) -> a layer in local metres."""

    def build(role, shapes, **columns):
        index = [str(row) for row in range(len(shapes))]
        return Layer(role, gpd.GeoDataFrame(columns, geometry=list(shapes), index=index), f"{role}.gpkg")

    return build


@pytest.fixture(scope="session")
def streets(layer):
    """streets(*lines, **columns) -> a roads layer whose lines share a vertex where they meet."""

    def build(*lines, **columns):
        shapes = [shapely.LineString(line) for line in lines]
        return layer("roads", shapes, **({"crossing": [False] * len(lines), "noded": [True] * len(lines)} | columns))

    return build
