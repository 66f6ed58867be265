import csv
import random
import shutil

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geoplan.config import LayerConfig
from geoplan.coverage import (
    Radius,
    barrier_crossings,
    edge_effect,
    existing_supply,
    find_gaps,
    measure,
    radii_in_force,
    service_area,
    verdicts,
)
from geoplan.demand import build_demand, build_units
from geoplan.errors import InputError, RuleError
from geoplan.project import Project
from geoplan.rules import State, open_rule_book, user_radius
from geoplan.travel import Straight, Walk, build_network
from geoplan.types import Area, Stage

PLAIN = LayerConfig("population", "population.gpkg")
COORDINATE = st.integers(-4000, 4000).map(float)
HOMES = st.lists(st.tuples(COORDINATE, COORDINATE, st.integers(0, 500)), min_size=1, max_size=40)
PLACES = st.lists(st.tuples(COORDINATE, COORDINATE), min_size=0, max_size=8)


def everywhere(radius_m, stage=Stage.PRIMARY):
    return (Radius(Area.ALL, user_radius(stage, radius_m)),)


def points(places):
    return [shapely.Point(*place[:2]) for place in places]


@pytest.fixture(scope="session")
def cover(in_memory):
    """cover(homes, schools, radius_m) -> Coverage; homes are (x, y, people), schools (x, y)."""

    def build(homes, schools, radius_m=500.0, *, roads=None, **more):
        roles = {"population": ({"people": [float(home[2]) for home in homes]}, points(homes))}
        if schools:
            roles["schools"] = ({"stages": [("primary",)] * len(schools)}, points(schools))
        if roads is not None:
            roles["roads"] = ({}, [shapely.LineString(line) for line in roads])
        layers = in_memory(**roles, **more)
        units = build_units(layers, PLAIN)
        radii = everywhere(radius_m)
        demand = build_demand(units, Stage.PRIMARY, radius_m)
        engine = Straight() if roads is None else Walk(build_network(layers.roads, layers.barriers))
        return measure(engine, demand, existing_supply(layers, units, Stage.PRIMARY), radii)

    return build


def grid_of_streets(half=4000, step=1000):
    ticks = range(-half, half + 1, step)
    return [[(x, y) for y in ticks] for x in ticks] + [[(x, y) for x in ticks] for y in ticks]


def test_three_homes_at_400_500_and_501_m_two_are_covered(cover):
    found = cover([(400, 0, 10), (0, 500, 20), (501, 0, 40)], [(0, 0)], 500)
    assert found.covered.tolist() == [True, True, False]
    assert (found.total.people, found.total.covered, found.total.uncovered) == (70, 30, 40)
    assert found.total.share_covered == pytest.approx(30 / 70)


@pytest.mark.parametrize("radius_m", [300.0, 500.0, 1000.0, 1500.0, 1000 / 3])
def test_a_home_at_exactly_the_radius_is_covered_wherever_it_lies(cover, radius_m):
    angles = np.linspace(0, 2 * np.pi, 37)
    far = 40_000_000.0, 4_100_000.0
    homes = [(far[0] + radius_m * np.cos(a), far[1] + radius_m * np.sin(a), 1) for a in angles]
    assert cover(homes, [far], radius_m).covered.all()
    outside = [(far[0] + (radius_m + 0.01) * np.cos(a), far[1] + (radius_m + 0.01) * np.sin(a), 1) for a in angles]
    assert not cover(outside, [far], radius_m).covered.any()


def test_a_home_at_exactly_the_radius_on_foot_is_covered(cover):
    found = cover([(0, 0, 1), (0, -1, 1)], [(0, 500)], 500, roads=[[(0, -100), (0, 600)]])
    assert found.covered.tolist() == [True, False]


def test_homes_in_reach_of_two_schools_count_once(cover):
    found = cover([(0, 0, 100)], [(-100, 0), (100, 0)], 500)
    assert found.total.covered == 100
    assert found.school.tolist() == [0]


def test_without_schools_nobody_is_covered_and_nothing_is_raised(cover):
    found = cover([(0, 0, 100)], [], 500)
    assert (found.total.covered, found.total.assessed) == (0, 100)
    assert found.school.tolist() == [-1]
    assert np.isinf(found.distance_m).all()
    assert service_area(Straight(), found.supply, found.radii).is_empty


def test_a_place_where_nobody_lives_has_no_share_and_nothing_is_raised(cover):
    found = cover([(0, 0, 0), (900, 0, 0)], [(0, 0)], 500)
    assert found.total.share_covered is None
    assert found.as_dict()["share_covered"] is None
    assert find_gaps(found) == ()
    assert edge_effect(found) == ()


def test_a_school_serves_only_the_stages_it_offers(in_memory):
    layers = in_memory(
        population=({"people": [1.0]}, points([(0, 0)])),
        schools=({"id": ["a", "b"], "stages": [("primary", "junior"), ("kindergarten",)]}, points([(0, 0), (9, 0)])),
    )
    units = build_units(layers, PLAIN)
    assert existing_supply(layers, units, Stage.PRIMARY).ids.tolist() == ["a"]
    assert existing_supply(layers, units, Stage.JUNIOR).ids.tolist() == ["a"]
    assert existing_supply(layers, units, Stage.KINDERGARTEN).ids.tolist() == ["b"]
    assert existing_supply(layers, units, Stage.SENIOR).ids.tolist() == []


@settings(max_examples=35, deadline=None)
@given(HOMES, PLACES, st.tuples(COORDINATE, COORDINATE), st.sampled_from([300.0, 500.0, 1500.0]))
def test_adding_a_school_never_lowers_coverage(cover, homes, schools, new, radius_m):
    before, after = cover(homes, schools, radius_m), cover(homes, [*schools, new], radius_m)
    assert (before.covered <= after.covered).all()
    assert (after.distance_m <= before.distance_m + 1e-9).all()
    assert after.total.covered >= before.total.covered


@settings(max_examples=25, deadline=None)
@given(HOMES, PLACES, st.tuples(COORDINATE, COORDINATE))
def test_adding_a_school_never_lowers_coverage_on_foot(cover, homes, schools, new):
    streets = grid_of_streets()
    before, after = cover(homes, schools, 1500, roads=streets), cover(homes, [*schools, new], 1500, roads=streets)
    assert (before.covered <= after.covered).all()


@settings(max_examples=25, deadline=None)
@given(HOMES, PLACES)
def test_nobody_walks_a_shorter_way_than_the_straight_line(cover, homes, schools):
    straight, walk = cover(homes, schools, 900), cover(homes, schools, 900, roads=grid_of_streets())
    assert (walk.distance_m >= straight.distance_m - 1e-6).all()
    assert walk.total.covered <= straight.total.covered


@settings(max_examples=35, deadline=None)
@given(HOMES, PLACES, st.floats(1, 5000))
def test_covered_is_what_brute_force_over_all_pairs_says(cover, homes, schools, radius_m):
    found = cover(homes, schools, radius_m)
    for row, (x, y, _) in enumerate(homes):
        nearest = min((np.hypot(x - a, y - b) for a, b in schools), default=np.inf)
        if abs(nearest - radius_m) > 1e-3:
            assert found.covered[row] == (nearest < radius_m)


@settings(max_examples=40, deadline=None)
@given(HOMES, PLACES, st.sampled_from([300.0, 1000.0]), st.booleans())
def test_gaps_hold_exactly_the_uncovered_people_and_their_polygons_hold_their_points(
    cover, homes, schools, radius_m, walking
):
    found = cover(homes, schools, radius_m, roads=grid_of_streets() if walking else None)
    gaps = find_gaps(found)
    assert sum(gap.people for gap in gaps) == found.total.uncovered
    in_gaps = np.concatenate([gap.points for gap in gaps]) if gaps else np.zeros(0, dtype=int)
    assert len(set(in_gaps.tolist())) == len(in_gaps)
    assert [gap.id for gap in gaps] == [f"G{rank}" for rank in range(1, len(gaps) + 1)]
    assert [gap.people for gap in gaps] == sorted((gap.people for gap in gaps), reverse=True)
    for gap in gaps:
        assert gap.polygon.is_valid
        assert shapely.intersects_xy(gap.polygon, *found.demand.xy[gap.points].T).all()
        assert found.demand.people[gap.points].min() > 0


def test_the_gaps_of_a_cut_polygon_conserve_its_uncovered_people(in_memory):
    layers = in_memory(
        population=({"people": [16_000.0]}, [shapely.box(0, 0, 4000, 4000)]),
        schools=({"stages": [("primary",)]}, points([(1000, 1000)])),
    )
    units = build_units(layers, PLAIN)
    demand = build_demand(units, Stage.PRIMARY, 500)
    found = measure(Straight(), demand, existing_supply(layers, units, Stage.PRIMARY), everywhere(500))
    gaps = find_gaps(found)
    assert sum(gap.people for gap in gaps) == pytest.approx(found.total.uncovered, abs=1e-6)
    # 16 km² less a circle of 0.785 km² in service areas of the same size
    assert len(gaps) >= 10


def test_a_gap_knows_its_nearest_school_its_distance_and_its_district(in_memory):
    layers = in_memory(
        population=({"people": [30.0, 10.0]}, points([(2000, 0), (2100, 0)])),
        districts=(
            {"id": ["w", "e"], "name": ["西", "东"]},
            [shapely.box(-500, -500, 1000, 500), shapely.box(1000, -500, 3000, 500)],
        ),
        schools=({"stages": [("primary",)] * 2, "id": ["s1", "s2"]}, points([(0, 0), (-400, 0)])),
    )
    units = build_units(layers, PLAIN)
    demand = build_demand(units, Stage.PRIMARY, 500)
    found = measure(Straight(), demand, existing_supply(layers, units, Stage.PRIMARY), everywhere(500))
    (gap,) = find_gaps(found)
    assert (gap.people, gap.school, gap.district, gap.closings, gap.since) == (40, "s1", 1, (), None)
    assert gap.distance_m == pytest.approx((30 * 2000 + 10 * 2100) / 40)
    assert gap.xy == pytest.approx((2025, 0))


def test_a_gap_that_reaches_no_school_says_infinity(cover):
    (gap,) = find_gaps(cover([(0, 0, 5)], [], 500))
    assert (gap.school, gap.school_name, gap.distance_m) == ("", "", np.inf)


def mixed(in_memory, areas):
    layers = in_memory(
        population=({"people": [100.0] * len(areas), "area": areas}, points([(300 * i, 0) for i in range(len(areas))])),
        schools=({"stages": [("junior",)]}, points([(0, 0)])),
    )
    return layers, build_units(layers, PLAIN)


def test_rural_junior_pupils_alone_have_no_radius_and_the_error_says_where_to_get_one(in_memory):
    _, units = mixed(in_memory, ["rural", "rural"])
    with pytest.raises(RuleError, match=r"junior \(rural\).*combined, national.*--radius-m"):
        radii_in_force(open_rule_book("combined"), Stage.JUNIOR, units.area)


def test_where_town_and_country_mix_only_the_town_is_assessed_for_junior_schools(in_memory):
    layers, units = mixed(in_memory, ["urban", "rural"])
    radii = radii_in_force(open_rule_book("combined"), Stage.JUNIOR, units.area)
    assert [(radius.area.value, radius.radius_m) for radius in radii] == [("urban", 1000.0), ("rural", None)]
    demand = build_demand(units, Stage.JUNIOR, 1000)
    found = measure(Straight(), demand, existing_supply(layers, units, Stage.JUNIOR), radii)
    assert found.assessed.tolist() == [True, False]
    assert (found.total.people, found.total.assessed, found.total.covered) == (200, 100, 100)
    assert found.total.share_covered == 1
    shown = found.as_dict()
    assert shown["radius_m"] is None
    assert shown["people_assessed"] == 100


def test_urban_homes_are_tested_by_the_urban_radius_and_rural_ones_by_the_rural(in_memory):
    layers = in_memory(
        population=(
            {"people": [1.0] * 4, "area": ["urban", "rural"] * 2},
            points([(300, 0), (300, 1), (400, 0), (1400, 0)]),
        ),
        schools=({"stages": [("kindergarten",)]}, points([(0, 0)])),
    )
    units = build_units(layers, PLAIN)
    radii = radii_in_force(open_rule_book("xingtai"), Stage.KINDERGARTEN, units.area)
    demand = build_demand(units, Stage.KINDERGARTEN, 300)
    found = measure(Straight(), demand, existing_supply(layers, units, Stage.KINDERGARTEN), radii)
    assert found.covered.tolist() == [True, True, False, True]


@pytest.fixture
def two_counties(in_memory):
    def build(west, east, *, schools, ownership="", area=("urban", "urban"), stage="primary"):
        layers = in_memory(
            districts=(
                {"id": ["w", "e"], "name": ["西", "东"], "area": list(area)},
                [shapely.box(0, 0, 1e4, 1e4), shapely.box(1e4, 0, 2e4, 1e4)],
            ),
            population=({"people": [float(west), float(east)]}, points([(5e3, 5e3), (1.5e4, 5e3)])),
            schools=({"stages": [(stage,)] * len(schools), "ownership": ownership}, points(schools)),
        )
        units = build_units(layers, PLAIN)
        demand = build_demand(units, Stage(stage), 500)
        return measure(Straight(), demand, existing_supply(layers, units, Stage(stage)), everywhere(500, Stage(stage)))

    return build


def states(coverage, profile="combined"):
    return {(each.place, each.rule.id): each for each in verdicts(coverage, open_rule_book(profile))}


def test_every_district_and_the_whole_have_a_verdict_on_each_rule(two_counties):
    found = states(two_counties(20_000, 20_001, schools=[(5e3, 5e3), (1.5e4, 5.4e3)]))
    assert found["w", "CB-R-03"].state is State.MET
    assert found["e", "CB-R-03"].state is State.NOT_MET
    assert found["", "CB-R-03"].state is State.NOT_MET
    assert found["w", "USER-RADIUS"].state is State.MET
    assert found["e", "USER-RADIUS"].state is State.MET
    assert set(found) == {(place, rule) for place in ("", "w", "e") for rule in ("CB-R-03", "USER-RADIUS")}


def test_a_district_with_someone_outside_the_radius_fails_it_and_says_how_many(two_counties):
    verdict = states(two_counties(20_000, 7_000, schools=[(5e3, 5e3)]))["e", "USER-RADIUS"]
    assert verdict.state is State.NOT_MET
    assert "7,000" in verdict.en
    assert verdict.value == 0


def test_population_rules_of_primary_schools_are_not_applied_to_rural_people(two_counties):
    found = states(two_counties(20_000, 90_000, schools=[(5e3, 5e3)], area=("urban", "rural")))
    assert found["e", "CB-R-03"].state is State.NOT_APPLICABLE
    assert found["", "CB-R-03"].state is State.MET


def test_urban_kindergartens_count_the_public_ones_only_and_show_both_numbers(two_counties):
    coverage = two_counties(
        24_000, 0, schools=[(5e3, 5e3), (5e3, 5.1e3)], ownership=["public", "private"], stage="kindergarten"
    )
    verdict = states(coverage, "xingtai")["w", "XT-R-05"]
    assert verdict.state is State.NOT_MET
    assert "1所公办" in verdict.zh
    assert "2所" in verdict.zh


def test_unknown_ownership_counts_all_and_says_so(two_counties):
    coverage = two_counties(24_000, 0, schools=[(5e3, 5e3), (5e3, 5.1e3)], stage="kindergarten")
    verdict = states(coverage, "xingtai")["w", "XT-R-05"]
    assert verdict.state is State.MET
    assert "未注明公办民办" in verdict.zh


def test_pupils_are_not_judged_by_a_rule_on_residents(in_memory):
    layers = in_memory(
        population=({"people": [20_000.0]}, points([(0, 0)])), schools=({"stages": [("primary",)]}, points([(0, 0)]))
    )
    units = build_units(layers, LayerConfig("population", "p", counts="pupils"))
    demand = build_demand(units, Stage.PRIMARY, 500)
    coverage = measure(Straight(), demand, existing_supply(layers, units, Stage.PRIMARY), everywhere(500))
    assert states(coverage)["", "CB-R-03"].state is State.NO_DATA


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 12), st.integers(3, 60))
def test_a_polygon_of_exactly_the_upper_bound_is_within_the_band_however_it_is_cut(in_memory, schools, cells):
    people = 20_000.0 * schools
    layers = in_memory(
        population=({"people": [people]}, [shapely.Point(0, 0).buffer(cells * 17.0, quad_segs=5)]),
        schools=({"stages": [("primary",)] * schools}, points([(0, i) for i in range(schools)])),
    )
    units = build_units(layers, PLAIN)
    demand = build_demand(units, Stage.PRIMARY, 500)
    coverage = measure(Straight(), demand, existing_supply(layers, units, Stage.PRIMARY), everywhere(500))
    assert states(coverage)["", "CB-R-03"].state is State.MET


def district(*corners):
    return ({"id": ["d"]}, [shapely.box(*corners)])


def test_people_near_the_study_boundary_who_are_not_covered_are_reported_with_their_number(cover):
    homes = [(100, 5000, 7), (5000, 5000, 11), (9600, 5000, 13), (5000, 2000, 17)]
    found = cover(homes, [(5000, 5000)], 500, districts=district(0, 0, 10_000, 10_000))
    (finding,) = edge_effect(found)
    assert finding.code == "edge-effect"
    assert "20 of the 37 people" in finding.what


def test_where_all_uncovered_people_live_inside_there_is_no_edge_effect(cover):
    found = cover([(5000, 5000, 7)], [(2000, 5000)], 500, districts=district(0, 0, 10_000, 10_000))
    assert edge_effect(found) == ()


def test_the_line_between_two_districts_is_no_edge_of_the_study_area(cover):
    halves = ({"id": ["a", "b"]}, [shapely.box(0, 0, 5000, 9000), shapely.box(5000, 0, 10_000, 9000)])
    assert edge_effect(cover([(4990, 4500, 7)], [(2000, 4500)], 500, districts=halves)) == ()


@pytest.mark.parametrize(
    ("kind", "words"), [("arterial", "跨越城市干道"), ("railway", "跨越铁路"), ("river", "跨越河流")]
)
def test_a_covered_home_across_a_barrier_is_flagged_by_its_kind(cover, in_memory, kind, words):
    found = cover([(0, 0, 30), (0, 390, 5)], [(0, 400)], 500)
    wall = in_memory(barriers=({"kind": [kind]}, [shapely.LineString([(-900, 200), (900, 200)])])).barriers
    (finding,) = barrier_crossings(found, wall)
    assert words in finding.what
    assert "30 people" in finding.what


def test_nobody_across_a_barrier_is_flagged_who_is_not_covered(cover, in_memory):
    found = cover([(0, -200, 30)], [(0, 400)], 500)
    wall = in_memory(barriers=({"kind": ["river"]}, [shapely.LineString([(-900, 200), (900, 200)])])).barriers
    assert barrier_crossings(found, wall) == ()
    assert barrier_crossings(found, None) == ()


def test_the_union_of_service_areas_has_no_area_twice(cover):
    found = cover([(0, 0, 1)], [(-250, 0), (250, 0)], 500)
    area = service_area(Straight(), found.supply, found.radii).area
    lens = 2 * 500**2 * np.arccos(250 / 500) - 250 * np.sqrt(4 * 500**2 - 500**2)
    assert area == pytest.approx(2 * np.pi * 500**2 - lens, rel=1e-3)


FILES = ("population", "schools", "districts", "sites")


@pytest.fixture(scope="module")
def town(write_project):
    """60 homes, 7 schools and 12 sites in two counties, as CSV in local metres."""
    dice = random.Random(20260101)  # noqa: S311  a fixed town
    place = lambda: {"x": dice.randrange(0, 8000), "y": dice.randrange(0, 4000)}  # noqa: E731
    counties = [
        {"id": each, "name": each, "area": area, "people": 9000, "wkt": shapely.box(west, 0, west + 4000, 4000).wkt}
        for each, west, area in (("w", 0, "urban"), ("e", 4000, "rural"))
    ]
    return write_project(
        head={"profile": '"xingtai"'},
        population=[{"id": f"p{i}", "people": dice.randrange(1, 900), **place()} for i in range(60)],
        schools=[
            {"id": f"s{i}", "name": f"S{i}", "stage": "kindergarten", "capacity": 99, **place()} for i in range(7)
        ],
        districts=counties,
        sites=[{"id": f"c{i}", "name": f"C{i}", "stage": "kindergarten", "capacity": 90, **place()} for i in range(12)],
    )


def outcome(folder):
    project = Project.open(folder)
    coverage = project.coverage("kindergarten")
    gaps = [(gap.id, gap.people, gap.polygon.wkt) for gap in find_gaps(coverage)]
    said = [verdict.as_dict() for verdict in project.verdicts(coverage)]
    plans = []
    for model in ("max_cover", "p_median", "set_cover"):
        plan = project.propose("kindergarten", new=3, model=model).as_dict()
        plans.append({key: value for key, value in plan.items() if key != "seconds"})
    return coverage.as_dict(), gaps, said, plans


@pytest.mark.parametrize("seed", [1, 2])
def test_results_do_not_depend_on_the_order_of_rows_in_any_file(town, tmp_path, seed):
    shuffled = shutil.copytree(town, tmp_path / "shuffled")
    for role in FILES:
        with (shuffled / f"{role}.csv").open(encoding="utf-8", newline="") as stream:
            head, *rows = list(csv.reader(stream))
        random.Random(seed).shuffle(rows)  # noqa: S311  not a secret
        with (shuffled / f"{role}.csv").open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows([head, *rows])
    assert outcome(shuffled) == outcome(town)


def test_the_json_of_a_coverage_has_the_keys_of_the_issue_and_its_districts_add_up(town):
    shown = Project.open(town).coverage("kindergarten", radius_m=700).as_dict()
    assert {"stage", "travel", "radius_m", "people", "people_covered", "share_covered", "districts"} <= set(shown)
    assert shown["radius_m"] == 700
    for key in ("people", "people_covered"):
        assert sum(each[key] for each in shown["districts"]) == shown[key]
    assert [each["id"] for each in shown["districts"]] == ["e", "w"]


def test_closed_unlicensed_and_special_schools_serve_nobody(write_project):
    plain = {"stage": "primary", "x": 0, "y": 0, "branch": "", "licensed": "是", "year_close": ""}
    schools = [
        {"id": "open"} | plain,
        {"id": "closed"} | plain | {"year_close": 2018},
        {"id": "unlicensed"} | plain | {"licensed": "无证"},
    ]
    homes = [{"id": "a", "people": 100, "x": 0, "y": 100}]
    folder = write_project(schools=schools, population=homes, head={"data_date": '"2020-11-01"'})
    coverage = Project.open(folder).coverage("primary", radius_m=500)
    assert coverage.supply.ids.tolist() == ["open"]


@pytest.mark.parametrize("place", [None, shapely.Point()])
def test_schools_that_stand_nowhere_are_refused_and_never_take_the_place_of_another(in_memory, place):
    schools = ({"id": ["a", "b"], "stages": [("primary",)] * 2}, [place, shapely.Point(5, 5)])
    layers = in_memory(population=({"people": [1.0]}, [shapely.Point(0, 0)]), schools=schools)
    with pytest.raises(InputError, match=r"schools\.gpkg: 1 schools have no point, such as a; .*locate_from"):
        existing_supply(layers, build_units(layers, PLAIN), Stage.PRIMARY)
