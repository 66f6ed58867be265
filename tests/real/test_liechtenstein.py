"""A whole country from one OpenStreetMap extract: municipalities, buildings, schools and streets.

People: the `population` tags of the extract's own place nodes, one for each of the 11 municipalities (36,838 people in
all), spread over dwelling-like buildings by area. Schools: every amenity=school counts as a primary school, as the
extract gives no levels (the university and the music school are among them); layers/schools.toml of the project says
so, and amenity=kindergarten is known without it.
"""

from __future__ import annotations

import pytest

from geoplan.config import read_project
from geoplan.files import bundled
from geoplan.inputs import load_layers

pytestmark = pytest.mark.shared

DWELLINGS = ["yes", "house", "residential", "apartments", "detached", "farm"]
PEOPLE = 36_838
LEVELS = "[columns.stage.values]\n"


@pytest.fixture(scope="module")
def extract(data):
    return data("liechtenstein") / "liechtenstein.osm.pbf"


@pytest.fixture(scope="module")
def municipalities(extract, tmp_path_factory, toml):
    """The admin boundaries of level 8, each with the population that its place node carries."""
    target = tmp_path_factory.mktemp("municipalities")
    (target / "project.toml").write_text(
        f"""
[layers.districts]
path = {toml(extract)}
where = {{ admin_level = ["8"] }}
[layers.population]
path = {toml(extract)}
layer = "places"
where = {{ population = ["*"] }}
""",
        encoding="utf-8",
    )
    layers = load_layers(read_project(target), roles={"districts", "population"})
    places = layers.population.frame.set_index("name")["people"]
    frame = layers.districts.frame[["name", "geometry"]]
    return frame.assign(people=[places[name] for name in frame["name"]], area="urban")


@pytest.fixture(scope="module")
def job(extract, municipalities, tmp_path_factory, toml, run_job):
    target = tmp_path_factory.mktemp("liechtenstein")
    municipalities.reset_index().to_file(target / "districts.gpkg")
    (target / "layers").mkdir()
    schema = (bundled("layers") / "schools.toml").read_text(encoding="utf-8")
    own = schema.replace(LEVELS, f'{LEVELS}"school" = ["primary"]\n')
    (target / "layers" / "schools.toml").write_text(own, encoding="utf-8")
    (target / "project.toml").write_text(
        f"""
[project]
name = "列支敦士登幼儿园与小学布局"
profile = "combined"
stages = ["kindergarten", "primary"]
data_date = "2015-07-27"
notices = [
  "各市镇人口取自 OpenStreetMap 地名点的 population 标签（合计 36,838 人），未与统计局核对。",
  "OpenStreetMap 的 amenity=school 不分学段，一律按小学计。© OpenStreetMap 贡献者（ODbL）。",
  "所用标准为中国标准，仅用于检验程序。",
]

[layers.districts]
path = "districts.gpkg"

[layers.schools]
path = {toml(extract)}

[layers.population]
path = {toml(extract)}
layer = "buildings"
where = {{ building = {toml(DWELLINGS)} }}
spread = {{ by = "area", totals = "people" }}

[layers.roads]
path = {toml(extract)}

[propose]
new = 3
""",
        encoding="utf-8",
    )
    return run_job(target)


def test_eleven_municipalities_keep_36_838_people(job, municipalities):
    assert len(municipalities) == 11
    assert municipalities["people"].sum() == PEOPLE
    assert job.plan.units.people.sum() == PEOPLE
    counted = {name: tally.people for _, name, tally in job.view("primary", "walk").before.by_district()}
    # a building that stands across a boundary is cut into cells, and a cell counts where it lies
    given = dict(zip(municipalities["name"], municipalities["people"], strict=True))
    assert counted == pytest.approx(given, abs=20)


def test_people_go_to_buildings_by_area(job):
    units, weight = job.plan.units, job.plan.layers.population.frame["weight"].to_numpy()
    mine = units.district == units.district_names.index("Vaduz")
    exact = weight[mine] / weight[mine].sum() * 5229
    assert abs(units.people[mine] - exact).max() < 1


def test_schools_and_kindergartens_are_told_apart_by_amenity(job):
    assert len(job.view("primary", "straight").before.supply) == 19
    assert len(job.view("kindergarten", "straight").before.supply) == 6


def test_the_figures_are_sound(job, assert_sound_figures):
    assert_sound_figures(job)


def test_people_live_too_far_apart_for_an_urban_radius(job):
    """Six kindergartens with 1.5 km reach under half of a country 25 km long, 19 schools with 500 m about a quarter."""
    assert 0.4 < job.share("kindergarten", "straight") < 0.5
    assert 0.2 < job.share("primary", "straight") < 0.3
    assert 0.1 < job.share("primary", "walk") < job.share("primary", "straight")


def test_with_5_km_everyone_has_a_school_but_a_third_of_balzers_and_some_of_the_alps(job):
    """The extract holds no school in Balzers; Triesenberg's hamlets lie beyond the ridge."""
    coverage = job.project.coverage("primary", radius_m=5000)
    shares = {name: tally.share_covered for _, name, tally in coverage.by_district()}
    assert 0.6 < shares.pop("Balzers") < 0.7
    assert 0.9 < shares.pop("Triesenberg") < 0.95
    assert min(shares.values()) > 0.99
    walk = job.project.coverage("primary", travel="walk", radius_m=5000)
    assert 0.5 < walk.total.share_covered < coverage.total.share_covered


def test_homes_near_the_border_are_reported(job):
    assert "edge-effect" in job.codes()


def test_the_page_is_sound_and_says_how_people_were_spread(job, assert_sound_page):
    assert_sound_page(job, most_bytes=3_000_000)
    assert "人口分布为估计：区县总人口按面积分摊到 8,598 处" in job.words
