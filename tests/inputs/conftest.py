"""A small town near 114° E, 37° N, as files that a planner could have sent."""

from __future__ import annotations

import warnings
from pathlib import Path

import geopandas as gpd
import pytest
from shapely.geometry import Point, box

from geoplan.config import LayerConfig, read_project
from geoplan.inputs import check_layers

SCHOOLS_CSV = "id,name,stage,capacity,lon,lat\ns1,一小,小学,1200,114.50,37.05\ns2,二中,初中,900,114.52,37.06\n"
POPULATION_CSV = "id,people,lon,lat\np1,5000,114.50,37.05\np2,3000,114.52,37.06\n"

SHARED = Path(__file__).parents[3] / "shared" / "data"


class Town:
    """A project folder; `check()` and `load()` read what has been written into it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.tables: dict[str, str] = {}
        self.project = ""
        self.write("schools.csv", SCHOOLS_CSV)
        self.write("population.csv", POPULATION_CSV)
        self.layer("schools", 'path = "schools.csv"')
        self.layer("population", 'path = "population.csv"')

    def write(self, name: str, text: str, encoding: str = "utf-8") -> Path:
        path = self.folder / name
        path.write_bytes(text.encode(encoding))
        return path

    def save(self, name: str, columns: dict, shapes: list, crs: object = 4326, **options) -> Path:
        path = self.folder / name
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # GDAL on the headers that a DBF cannot hold, which is the point
            gpd.GeoDataFrame(columns, geometry=shapes, crs=crs).to_file(path, **options)
        return path

    def layer(self, role: str, toml: str | None) -> None:
        if toml is None:
            self.tables.pop(role)
        else:
            self.tables[role] = toml

    def config(self):
        layers = "\n".join(f"[layers.{role}]\n{toml}" for role, toml in self.tables.items())
        self.write("project.toml", f"[project]\n{self.project}\n{layers}\n")
        return read_project(self.folder)

    def check(self, roles=None, *, placed=True):
        return check_layers(self.config(), roles=roles, placed=placed)

    def table(self, role: str, text: str, encoding: str = "utf-8", toml: str = "") -> None:
        """A CSV as the file of a role."""
        self.write(f"{role}.csv", text, encoding)
        self.layer(role, f'path = "{role}.csv"\n{toml}')

    def finding(self, code: str, severity: str | None = None):
        """The one finding of that code."""
        _, findings = self.check()
        found = [finding for finding in findings if finding.code == code]
        assert len(found) == 1, [str(finding) for finding in findings]
        assert severity is None or found[0].severity == severity
        return found[0]

    def codes(self, severity: str = "error") -> list[str]:
        _, findings = self.check()
        return [finding.code for finding in findings if finding.severity == severity]

    def frame(self, role: str):
        layers, findings = self.check()
        assert layers is not None, [str(finding) for finding in findings]
        return getattr(layers, role).frame


@pytest.fixture
def town(tmp_path):
    return Town(tmp_path)


@pytest.fixture
def districts(town):
    """Two districts side by side, around both schools."""
    shapes = [box(114.48, 37.0, 114.51, 37.1), box(114.51, 37.0, 114.54, 37.1)]
    town.save("districts.gpkg", {"id": ["d1", "d2"], "name": ["甲区", "乙区"]}, shapes)
    town.layer("districts", 'path = "districts.gpkg"')
    return town


@pytest.fixture
def source():
    """A layer's table in project.toml, for tests of single functions."""

    def make(role: str = "schools", **values) -> LayerConfig:
        return LayerConfig(role, values.pop("path", f"{role}.csv"), **values)

    return make


@pytest.fixture
def shared():
    """The real layers beside the checkout."""
    if not SHARED.is_dir():
        pytest.skip("needs the real layers in ../shared/data")
    return SHARED


@pytest.fixture
def points():
    return [Point(114.50, 37.05), Point(114.52, 37.06)]


@pytest.fixture(scope="session")
def make_town():
    """For property tests, which need a fresh folder for each example."""
    return Town
