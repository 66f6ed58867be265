"""Urban Zhengzhou, "ZY": 324 blocks with pupils and 36 school sites with capacity, in local metres.

Which of the 36 are schools of today is said by the class in the instance's text file: class 1 stands open at no cost
in every published zoning instance (`zys_*`), while classes 2 and 3 come and go. These twelve hold 3,709 seats for
3,873 pupils, which is what a city that looks for new sites looks like. The other 24 are candidates. (The polygons
have lost the class of school 252, so the class is taken from the text file, everything else from the polygons.)
"""

from __future__ import annotations

from itertools import combinations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geoplan.project import Project

pytestmark = pytest.mark.shared

RADIUS_M = 500
NEW = 3
PUPILS = 3873


@pytest.fixture(scope="module")
def folder(data):
    return data("zhengzhou-zy-kong")


@pytest.fixture(scope="module")
def blocks(folder):
    return gpd.read_file(folder / "zy_units_local.gpkg").set_index("ID")


@pytest.fixture(scope="module")
def sites_by_class(folder):
    table = pd.read_csv(folder / "zya1.txt", sep="\t").query("fcapacity > 0").set_index("OID")
    is_school = table["fcadidature"] == 1
    return table.index[is_school], table.index[~is_school]


@pytest.fixture(scope="module")
def project_folder(folder, sites_by_class, tmp_path_factory, toml):
    schools, sites = (toml([str(each) for each in ids]) for ids in sites_by_class)
    polygons = toml(folder / "zy_units_local.gpkg")
    target = tmp_path_factory.mktemp("zhengzhou")
    (target / "project.toml").write_text(
        f"""
[project]
name = "郑州市 ZY 片区小学布局"
profile = "national"   # its radius is for pupils as for residents; a band of residents for each school is not
stages = ["primary"]
crs = "local"
notices = ["数据为公开的研究算例（Kong, ZY），坐标为局部米制，不是现状。"]

[layers.population]
path = {polygons}
counts = "pupils"
columns = {{ id = "ID" }}

[layers.schools]
path = {polygons}
columns = {{ id = "ID", stage = "=primary", capacity = "fcapacity" }}
where = {{ ID = {schools} }}

[layers.sites]
path = {polygons}
columns = {{ id = "ID", stage = "=primary", capacity = "fcapacity", cost = "fcost" }}
where = {{ ID = {sites} }}

[propose]
new = {NEW}
""",
        encoding="utf-8",
    )
    return target


@pytest.fixture(scope="module")
def job(project_folder, run_job):
    return run_job(project_folder)


def test_twelve_schools_have_fewer_seats_than_there_are_pupils(job):
    supply = job.stage("primary").proposal.before.supply
    assert (len(job.plan.units), job.plan.units.people.sum()) == (324, PUPILS)
    assert (len(supply), supply.seats.sum()) == (12, 3709)
    assert len(job.stage("primary").proposal.candidates) == 24


def test_the_figures_are_sound(job, assert_sound_figures):
    assert_sound_figures(job)
    assert [view.travel for view in job.stage("primary").views] == ["straight"]  # there are no roads


def test_coverage_is_the_share_of_each_block_within_500_m_of_a_school(job, blocks, sites_by_class):
    schools, _ = sites_by_class
    reached = shapely.union_all(
        shapely.buffer(shapely.point_on_surface(blocks.geometry[schools]), RADIUS_M, quad_segs=90)
    )
    shapes = shapely.make_valid(np.asarray(blocks.geometry.array, dtype=object))
    pupils = blocks["demand"] * shapely.area(shapely.intersection(shapes, reached)) / shapely.area(shapes)
    assert job.share("primary", "straight") == pytest.approx(pupils.sum() / PUPILS, abs=0.001)


def test_no_other_three_sites_cover_more(job):
    proposal = job.stage("primary").proposal
    demand, candidates = proposal.before.demand, proposal.candidates
    reaches = np.hypot(*(candidates.xy[:, None] - demand.xy[None]).T).T <= RADIUS_M + 1e-5
    uncovered = np.where(proposal.before.covered, 0.0, demand.people)
    gains = {
        rows: uncovered[reaches[list(rows)].any(axis=0)].sum() for rows in combinations(range(len(candidates)), NEW)
    }
    assert len(gains) == 2024
    assert proposal.people_newly_covered == pytest.approx(max(gains.values()))


def test_the_page_is_sound(job, assert_sound_page):
    assert_sound_page(job, most_bytes=3_000_000)
    assert "邢台" not in job.html
    assert "学生" in job.words


def test_a_second_run_writes_the_same_bytes(job, project_folder, run_job):
    again = run_job(project_folder, out="again")
    assert again.page.read_bytes() == job.page.read_bytes()


def test_the_published_optimum_of_thirteen_given_schools_is_found_again(folder, tmp_path, toml):
    """`zys_13a` without contiguity: 2,749.67 pupil-kilometres (KNOWN_VALUES in ../shared/bench)."""
    table = pd.read_csv(folder / "zys_13a.txt", sep="\t")
    table = table.rename(columns={"OID": "id", "PointX": "x", "PointY": "y", "fcapacity": "capacity"})
    homes = table.rename(columns={"pop": "pupils"})[["id", "pupils", "x", "y"]]
    schools = table.query("capacity > 0")[["id", "capacity", "x", "y"]].assign(stage="primary")
    homes.to_csv(tmp_path / "homes.csv", index=False)
    schools.to_csv(tmp_path / "schools.csv", index=False)
    # a site that is no candidate keeps the program from making up candidates without seats
    schools.head(1).assign(id="none", excluded="不选址").to_csv(tmp_path / "sites.csv", index=False)
    (tmp_path / "project.toml").write_text(
        '[project]\nprofile = "national"\nstages = ["primary"]\ncrs = "local"\n'
        f'[layers.population]\npath = {toml("homes.csv")}\ncounts = "pupils"\n'
        '[layers.schools]\npath = "schools.csv"\n[layers.sites]\npath = "sites.csv"\n',
        encoding="utf-8",
    )
    solution = Project.open(tmp_path).propose("primary", new=0, seats=True, time_limit_s=120).solution
    assert len(schools) == 13
    assert solution.objective / 1000 == pytest.approx(2749.67, abs=0.01)
    assert (solution.status, solution.gap) == ("optimal", pytest.approx(0, abs=1e-6))
