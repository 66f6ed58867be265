"""Four cities in one intake: both boundary sources, GCJ-02 township points, a census with rows without polygon.

Every figure that is quoted to the planner is computed once more here, from the files, with pandas and geopandas.
"""

from __future__ import annotations

import math
import re

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from pyproj import Geod

pytestmark = pytest.mark.shared

A, EE = 6378245.0, 0.00669342162296594323


def to_gcj02(lon, lat):
    """The published formula of GCJ-02, written down here once more: WGS 84 → GCJ-02, degrees."""
    x, y = lon - 105.0, lat - 35.0
    pi = math.pi
    wave = (20 * np.sin(6 * x * pi) + 20 * np.sin(2 * x * pi)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x)) + wave
    north += (20 * np.sin(y * pi) + 40 * np.sin(y / 3 * pi)) * 2 / 3
    north += (160 * np.sin(y / 12 * pi) + 320 * np.sin(y * pi / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x)) + wave
    east += (20 * np.sin(x * pi) + 40 * np.sin(x / 3 * pi)) * 2 / 3
    east += (150 * np.sin(x / 12 * pi) + 300 * np.sin(x / 30 * pi)) * 2 / 3
    magic = 1 - EE * np.sin(lat / 180 * pi) ** 2
    north = north * 180 / (A * (1 - EE) / (magic * np.sqrt(magic)) * pi)
    east = east * 180 / (A / np.sqrt(magic) * np.cos(lat / 180 * pi) * pi)
    return lon + east, lat + north


@pytest.fixture(params=["tianditu", "amap"])
def four_cities(town, shared, request):
    """Layers, findings by (layer, code), and the raw files: boundaries, placed townships, census."""
    folder = shared / "henan-hebei-admin"
    boundaries, towns, census = (
        folder / f"counties_4cities_{request.param}_wgs84.geojson",
        folder / "divisions2016_4cities_gcj02.csv.gz",
        folder / "census2020_county_4cities.csv",
    )
    town.layer("schools", None)
    town.layer("districts", f'path = "{boundaries}"\ncolumns = {{ id = "district_adcode", name = "district_name" }}')
    columns = '{ id = "code", people = "=1", district = "adcode", lon = "lon_gcj02", lat = "lat_gcj02" }'
    where = '{ level = ["town"], lon_gcj02 = [">0"] }'
    town.layer("population", f'path = "{towns}"\ndatum = "gcj02"\ncolumns = {columns}\nwhere = {where}')
    town.layer("ages", f'path = "{census}"\ncolumns = {{ year = "=2020" }}')
    layers, findings = town.check(roles={"districts", "population", "ages"})
    assert layers is not None, [str(finding) for finding in findings]
    rows = pd.read_csv(towns, dtype={"code": str, "adcode": str})
    rows = rows[(rows["level"] == "town") & rows["lon_gcj02"].notna()].set_index("code")
    areas = gpd.read_file(boundaries).astype({"district_adcode": str}).set_index("district_adcode")
    told = {(finding.layer, finding.code): finding for finding in findings}
    return layers, told, areas, rows, pd.read_csv(census, dtype={"区划代码": str})


def test_the_shift_of_the_datum_is_the_one_that_the_formula_gives(four_cities):
    layers, told, _, rows, _ = four_cities
    points = layers.population.frame.to_crs(4326).geometry
    raw = rows.loc[points.index]
    east, north = to_gcj02(points.x.to_numpy(), points.y.to_numpy())
    _, _, error_m = Geod(ellps="WGS84").inv(east, north, raw["lon_gcj02"], raw["lat_gcj02"])
    assert len(points) == 479
    assert np.max(error_m) < 0.01
    _, _, moved_m = Geod(ellps="WGS84").inv(points.x, points.y, raw["lon_gcj02"], raw["lat_gcj02"])
    assert told["population", "datum-shift"].what == f"GCJ-02 → WGS 84: moved by {np.mean(moved_m):.0f} m in the mean."


def test_townships_outside_their_county_and_their_distances_are_those_of_geopandas(four_cities):
    layers, told, areas, rows, _ = four_cities
    points = layers.population.frame.geometry
    own = rows.loc[points.index, "adcode"]
    known = own.isin(areas.index)
    areas = areas.to_crs(layers.crs).geometry
    away_m = points[known].distance(areas.loc[own[known]].set_axis(points.index[known]))
    finding = told["population", "outside-own-district"]
    assert finding.count == (away_m > 0).sum()
    assert f"{(away_m > 0).sum()} of {known.sum()} population" in finding.what
    assert f"{(away_m > 500).sum()} of them by more than 500 m" in finding.what
    quoted = re.findall(r"(\d{12}) stands ([\d.]+) (km|m) outside", finding.what)
    assert len(quoted) == 3
    for code, distance, unit in quoted:
        metres = float(distance) * (1000 if unit == "km" else 1)
        assert metres == pytest.approx(away_m[code], abs=50 if unit == "km" else 1)


def test_townships_of_counties_that_were_merged_since_are_told(four_cities):
    _, told, areas, rows, _ = four_cities
    gone = rows.loc[~rows["adcode"].isin(areas.index), "adcode"].value_counts()
    finding = told["population", "unknown-district"]
    assert finding.what == (
        f"{gone.sum()} of 479 population name districts that no district has, or that several have: "
        "'130521' (16), '130527' (8), '130526' (7)."
    )
    assert gone.to_dict() == {"130521": 16, "130527": 8, "130526": 7}


def test_rows_of_the_census_without_polygon_are_named_and_their_people_kept(four_cities):
    layers, told, areas, _, census = four_cities
    counties = census[~census["区划代码"].str.endswith("00")]
    zones = census[census["区划代码"].isna()] if census["区划代码"].isna().any() else census.iloc[:0]
    parts = pd.concat([counties.dropna(subset="区划代码"), zones])
    lost = parts[~parts["区县"].isin(areas["district_name"])]
    finding = told["ages", "unknown-district"]
    assert finding.count == len(lost) == 6
    assert all(repr(name) in finding.what for name in lost["区县"])
    assert layers.ages.frame["people"].sum() == parts["人口数_合计"].sum()
    assert layers.ages.frame["age_0"].sum() == parts[["男_0岁", "女_0岁"]].to_numpy().sum()
