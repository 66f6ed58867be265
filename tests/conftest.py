"""Shared by all rooms: real little projects, written as files into a folder of their own."""

from __future__ import annotations

import csv
import importlib.util
import warnings
from itertools import count
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geoplan.cli import main
from geoplan.inputs import layer_schemas
from geoplan.project import Project
from geoplan.types import Layer, Layers, Table

SHARED = Path(__file__).parents[1] / ".." / "shared"


@pytest.fixture(scope="session")
def plans():
    """The five scraped plans; they stand beside the checkout and are not part of it."""
    folder = SHARED / "plans"
    if not folder.is_dir():
        pytest.skip("../shared/plans is not beside this checkout")
    return folder


class Done(NamedTuple):
    """How a command ended, and what it printed."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def geoplan(capsys, monkeypatch):
    """geoplan("publish", folder, "--set") -> Done; the command line in this process: a fresh one takes seconds."""

    def run(*arguments):
        monkeypatch.setattr("sys.argv", ["geoplan", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return Done(ended.value.code or 0, printed.out, printed.err)

    return run


@pytest.fixture(scope="session")
def tiny():
    """The module of the tiny town, publish/tiny.py (importlib mode has no packages to import it from)."""
    spec = importlib.util.spec_from_file_location("geoplan_tiny", Path(__file__).parent / "publish" / "tiny.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _write_csv(path, rows):
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def _write_layer(folder, role, content):
    """A list of rows becomes a CSV, a frame a GeoPackage; returns the name of the file."""
    if isinstance(content, list):
        _write_csv(folder / f"{role}.csv", content)
        return f"{role}.csv"
    with warnings.catch_warnings():
        # local metres have no CRS, and that is meant
        warnings.filterwarnings("ignore", message="'crs' was not provided", category=UserWarning)
        content.to_file(folder / f"{role}.gpkg", driver="GPKG")
    return f"{role}.gpkg"


@pytest.fixture(scope="session")
def write_project(tmp_path_factory):
    """write_project(population=…, schools=…, head={…}, tail="…", options={role: "…"}) -> the folder."""
    number = count(1)

    def write(*, head=None, tail="", options=None, **layers):
        folder = tmp_path_factory.mktemp(f"project{next(number)}-")
        settings = {"name": '"test"', "crs": '"local"'} | (head or {})
        lines = ["[project]", *(f"{key} = {value}" for key, value in settings.items())]
        for role, content in layers.items():
            lines += [
                f"[layers.{role}]",
                f'path = "{_write_layer(folder, role, content)}"',
                (options or {}).get(role, ""),
            ]
        (folder / "project.toml").write_text("\n".join([*lines, tail, ""]), encoding="utf-8")
        return folder

    return write


@pytest.fixture(scope="session")
def zone_town(write_project):
    """zone_town(**parts) -> the folder of six blocks of 1 km in a row, e0 … e5, with 100 pupils each; schools A on
    e0 with 200 seats, B on e5 with 400. What is given in `parts` goes to `write_project`, in place of these."""

    def build(*, columns=None, **parts):
        blocks = gpd.GeoDataFrame(
            {"id": [f"e{x}" for x in range(6)], "name": [f"{'甲乙丙丁戊己'[x]}小区" for x in range(6)], "people": 100}
            | (columns or {}),
            geometry=[shapely.box(1000 * x - 500, -500, 1000 * x + 500, 500) for x in range(6)],
        )
        schools = [
            {"id": "A", "name": "一小", "stage": "primary", "capacity": 200, "x": 0, "y": 0},
            {"id": "B", "name": "二小", "stage": "primary", "capacity": 400, "x": 5000, "y": 0},
        ]
        layers = {"population": blocks, "schools": schools} | parts
        options = {"population": 'counts = "pupils"'} | layers.pop("options", {})
        head = {"stages": '["primary"]'} | layers.pop("head", {})
        return write_project(head=head, options=options, **layers)

    return build


@pytest.fixture(scope="session")
def open_project(write_project):
    """As `write_project`, opened."""

    def build(**parts):
        return Project.open(write_project(**parts))

    return build


def _blank(schema, count):
    """Every column of a layer as it is where the file says nothing of it."""
    values = {"number": np.nan, "year": np.nan, "flag": None, "stages": ()}
    return {
        "stages" if column.name == "stage" else column.name: [values.get(column.type, column.default)] * count
        for column in schema.columns.values()
        if column.name != "id" and not column.name.startswith("pupils_")
    }


@pytest.fixture(scope="session")
def in_memory():
    """in_memory(role=(columns, shapes)) -> Layers in local metres, as the door hands them over, without files.

    A table takes its columns alone: in_memory(births={"year": [2020.0], "births": [31.0]}).
    """
    blank = {
        "population": {"name": "", "area": "", "district": "", "people": np.nan},
        "districts": {"name": "", "area": ""},
        "sites": {"name": "", "capacity": np.nan, "cost": np.nan, "year": np.nan, "kind": "other", "excluded": ""},
        "roads": {"crossing": None},
        "barriers": {"name": "", "kind": "other"},
    }
    schemas = layer_schemas()

    def layer(role, columns, shapes):
        values = (blank.get(role) or _blank(schemas[role], len(shapes))) | columns
        index = values.pop("id", [str(row) for row in range(len(shapes))])
        return Layer(role, gpd.GeoDataFrame(values, geometry=list(shapes), index=index), f"{role}.gpkg")

    def table(role, columns):
        count = max(len(cells) for cells in columns.values() if isinstance(cells, list))
        values = _blank(schemas[role], count) | columns
        index = pd.Index(values.pop("id", [str(row) for row in range(count)]), name="id", dtype=object)
        return Table(role, pd.DataFrame(values, index=index), f"{role}.csv")

    def build(**roles):
        layers = {
            role: table(role, given) if schemas[role].is_table else layer(role, *given) for role, given in roles.items()
        }
        return Layers(crs=None, **layers)

    return build


@pytest.fixture(scope="session")
def square_cells():
    """square_cells(side_m, cell_m) -> boxes that tile the square from 0 to side_m."""

    def build(side_m, cell_m):
        x, y = (axis.ravel() for axis in np.meshgrid(*[np.arange(0, side_m, cell_m)] * 2))
        return shapely.box(x, y, x + cell_m, y + cell_m)

    return build


@pytest.fixture(scope="session")
def two_counties(write_project):
    """two_counties(**parts) -> the folder of counties A 甲县 and B 乙县, 6 km squares side by side, each with 900
    people at two places, a public and a private kindergarten and a primary school, and children counted in 2020.
    What is given in `parts` goes to `write_project`, in place of these; None leaves a layer out."""

    def build(**parts):
        squares = [shapely.box(6000 * at, 0, 6000 * at + 6000, 6000) for at in range(2)]
        districts = gpd.GeoDataFrame(
            {"id": ["A", "B"], "name": ["甲县", "乙县"], "area": ["urban", "urban"], "people": [900, 900]},
            geometry=squares,
        )
        homes = [
            {"id": f"{county}{at}", "name": f"{county}{at}小区", "people": 450, "x": x + 1000 * at, "y": 3000}
            for county, x in (("A", 2000), ("B", 8000))
            for at in (1, 2)
        ]
        kinds = pd.DataFrame(
            [
                ("K", "公办园", "kindergarten", "公办", 2, 60, "否"),
                ("M", "民办园", "kindergarten", "民办", 1, 40, "是"),
                ("P", "小学", "primary", "公办", 6, 300, "否"),
            ],
            columns=["id", "name", "stage", "ownership", "classes", "enrolment", "inclusive"],
        )
        schools = [
            kind | {"id": county + kind["id"], "name": county + kind["name"], "district": county, "x": x, "y": 3000}
            for county, x in (("A", 3000), ("B", 9000))
            for kind in kinds.to_dict("records")
        ]
        ages = [
            {"district": county, "year": 2020, "age_0": 40 * more, "age_1_4": 160 * more, "age_5_9": 250 * more,
             "age_10_14": 200 * more}
            for county, more in (("A", 1), ("B", 2))
        ]  # fmt: skip
        layers = {"districts": districts, "population": homes, "schools": schools, "ages": ages} | parts
        given = {role: content for role, content in layers.items() if content is not None}
        head = {"stages": '["kindergarten", "primary"]', "data_date": '"2020-11-01"', "profile": '"xingtai"'}
        return write_project(**(given | {"head": head | given.pop("head", {})}))

    return build
