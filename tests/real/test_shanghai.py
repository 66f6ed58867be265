"""The core of Shanghai: OSM streets, schools from AMap's points of interest, census people by district.

The study is where the extract has residential streets: their convex hull. A district that reaches beyond it is cut
there and takes its people along in proportion to its area; slivers below 1 % of a district are left out. Inside, people
are spread over the streets by length. Schools within 2 km of the hull stay in the layer: they serve people at its edge.
Secondary schools are not used: the source does not say which of them are junior.
"""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from geoplan.project import Project

pytestmark = pytest.mark.shared

METRES = 4549
NEIGHBOURS_M = 2000
SMALLEST_SHARE = 0.01
STREETS = ["residential", "living_street"]


@pytest.fixture(scope="module")
def folder(data):
    return data("shanghai")


@pytest.fixture(scope="module")
def window(folder):
    lines = gpd.read_file(folder / "shanghai_center_roads.osm.pbf", layer="lines").to_crs(METRES)
    return lines[lines["highway"].isin(STREETS)].union_all().convex_hull


@pytest.fixture(scope="module")
def districts(folder, window):
    """Districts that reach into the hull, whole, with their census people and the share of their area inside."""
    census = pd.read_csv(folder / "census2020_shanghai_districts.csv").set_index("区划代码")["人口数_合计"]
    shapes = gpd.read_file(folder / "shanghai_districts_tianditu_wgs84.geojson").to_crs(METRES)
    table = gpd.GeoDataFrame(
        {
            "id": shapes["district_adcode"].astype(str),
            "name": shapes["district_name"],
            "area": "urban",
            "people": [int(census[code]) for code in shapes["district_adcode"]],
            "share": shapes.intersection(window).area / shapes.area,
        },
        geometry=shapes.geometry,
    )
    return table[table["share"] >= SMALLEST_SHARE].reset_index(drop=True)


@pytest.fixture(scope="module")
def schools(folder, window):
    table = pd.read_csv(folder / "shanghai_schools_poi.csv")
    table.insert(0, "id", [f"poi-{row}" for row in range(1, len(table) + 1)])
    points = gpd.points_from_xy(table["lon"], table["lat"], crs=4326).to_crs(METRES)
    near = shapely.dwithin(points, window, NEIGHBOURS_M)
    return table[near & table["stage"].isin(["kindergarten", "primary"])]


def write(target, folder, toml, districts, schools, *, spread):
    districts.to_file(target / "districts.gpkg")
    schools.to_csv(target / "schools.csv", index=False)
    roads = toml(folder / "shanghai_center_roads.osm.pbf")
    (target / "project.toml").write_text(
        f"""
[project]
name = "上海市中心城区幼儿园与小学布局"
profile = "combined"
stages = ["kindergarten", "primary"]
data_date = "2025-08-09"
notices = [
  "研究范围为路网数据中居住区道路的外包范围；跨界区的人口（2020 年普查）按范围内面积比例折算。",
  "路网为车行道路，不含步行道；学校取自高德兴趣点，可能有遗漏或已停办。© OpenStreetMap 贡献者（ODbL）。",
]

[layers.districts]
path = "districts.gpkg"

[layers.schools]
path = "schools.csv"

[layers.population]
path = {roads}
layer = "highways"
where = {{ highway = {toml(STREETS)} }}
spread = {{ by = "length", totals = "people"{spread} }}

[layers.roads]
path = {roads}

[propose]
new = 3
""",
        encoding="utf-8",
    )
    return target


@pytest.fixture(scope="module")
def clipped(districts, window):
    inside = districts.assign(people=(districts["people"] * districts["share"]).round().astype(int))
    return inside.assign(geometry=inside.intersection(window)).drop(columns="share")


@pytest.fixture(scope="module")
def job(folder, toml, clipped, schools, tmp_path_factory, run_job):
    target = tmp_path_factory.mktemp("shanghai")
    return run_job(write(target, folder, toml, clipped, schools, spread=""))


def test_eight_districts_reach_into_the_hull_with_2_091_039_people(job, clipped):
    assert list(clipped["name"]) == [
        "黄浦区", "徐汇区", "长宁区", "静安区", "普陀区", "虹口区", "杨浦区", "浦东新区",
    ]  # fmt: skip
    huangpu = clipped.set_index("name").loc["黄浦区", "people"]
    assert huangpu == 662_030  # wholly inside: its census figure
    assert job.plan.units.people.sum() == clipped["people"].sum() == 2_091_039
    assert job.plan.units.unplaced == {}


def test_every_district_keeps_its_people(job, clipped):
    counted = {name: tally.people for _, name, tally in job.view("primary", "straight").before.by_district()}
    assert counted == dict(zip(clipped["name"], clipped["people"], strict=True))


def test_the_figures_are_sound(job, assert_sound_figures):
    assert_sound_figures(job)
    assert job.project.proposal_travel == "walk"


def test_schools_beyond_the_window_serve_people_at_its_edge(job, schools):
    supply = job.view("kindergarten", "straight").before.supply
    assert len(supply) == (schools["stage"] == "kindergarten").sum()
    assert (supply.district < 0).any()
    assert job.view("kindergarten", "straight").before.total.share_covered > 0.99  # 1.5 km in a dense core


def test_the_standard_s_300_m_leave_more_than_a_quarter_without_a_kindergarten(job):
    straight, walk = (job.project.coverage("kindergarten", travel=each, radius_m=300) for each in ("straight", "walk"))
    assert walk.total.covered < straight.total.covered < job.view("kindergarten", "straight").before.total.covered
    assert 0.5 < straight.total.share_covered < 0.75
    assert 0.25 < walk.total.share_covered < 0.45


def test_primary_schools_within_500_m_serve_most_in_a_straight_line_and_about_half_on_foot(job):
    assert 0.7 < job.share("primary", "straight") < 0.9
    assert 0.4 < job.share("primary", "walk") < 0.6


def test_the_huangpu_is_not_crossed_on_foot(job):
    """Its bridges and tunnels are closed to walkers, so the roads fall into two large pieces."""
    finding = next(each for each in job.plan.findings if each.code == "roads-not-connected")
    assert "18." in finding.what  # with short lengths of arterial pavements between two crossings


def test_the_page_is_sound_and_says_how_people_were_spread(job, assert_sound_page):
    assert_sound_page(job, most_bytes=10_000_000)
    assert "人口分布为估计：区县总人口按道路长度分摊到 4,434 处" in job.words
    assert "没有备选用地图层" in job.words


def test_districts_that_reach_beyond_the_streets_are_scaled_by_area(folder, toml, districts, schools, tmp_path):
    """The package's own way, `clip_to_carriers`: by the share inside the hull of the streets."""
    write(tmp_path, folder, toml, districts, schools, spread=", clip_to_carriers = true")
    project = Project.open(tmp_path)
    units, shapes = project.units, project.layers.districts.frame
    extent = shapely.convex_hull(shapely.multipoints(list(units.geometry)))
    expected = [
        round(people * shape.intersection(extent).area / shape.area)
        for people, shape in zip(shapes["people"], shapes.geometry, strict=True)
    ]
    counted = [units.people[units.district == row].sum() for row in range(len(shapes))]
    assert counted == expected
    assert counted[list(shapes["name"]).index("黄浦区")] == 662_030
