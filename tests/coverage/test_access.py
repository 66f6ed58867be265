import json

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geoplan.config import LayerConfig
from geoplan.coverage import Radius, access_report, existing_supply, measure, thirds
from geoplan.demand import build_demand, build_units
from geoplan.errors import ProblemError, TravelError
from geoplan.rules import user_radius
from geoplan.travel import Straight, Walk, build_network
from geoplan.types import Area, Stage

PLAIN = LayerConfig("population", "population.gpkg")
WEST, EAST = shapely.box(-1000, -1000, 1000, 1000), shapely.box(1000, -1000, 9000, 1000)


def points(places):
    return [shapely.Point(*place[:2]) for place in places]


@pytest.fixture(scope="session")
def cover(in_memory):
    """cover(homes, schools) -> Coverage at 500 m; homes are (x, y, people, pupils), schools (x, y, seats); urban west
    of 1 km, rural east of it."""

    def build(homes, schools, *, limit=Area.ALL, roads=None, pupils=True):
        columns = {"people": [float(home[2]) for home in homes]}
        if pupils:
            columns["pupils_primary"] = [float(home[3]) for home in homes]
        roles = {
            "population": (columns, points(homes)),
            "districts": ({"id": ["w", "e"], "name": ["西区", "东县"], "area": ["urban", "rural"]}, [WEST, EAST]),
        }
        if schools:
            seats = [float(school[2]) for school in schools]
            roles["schools"] = ({"stages": [("primary",)] * len(schools), "capacity": seats}, points(schools))
        if roads is not None:
            roles["roads"] = ({}, [shapely.LineString(line) for line in roads])
        layers = in_memory(**roles)
        units = build_units(layers, PLAIN)
        engine = Straight() if roads is None else Walk(build_network(layers.roads, layers.barriers))
        radii = (Radius(limit, user_radius(Stage.PRIMARY, 500.0)),)
        supply = existing_supply(layers, units, Stage.PRIMARY)
        return measure(engine, build_demand(units, Stage.PRIMARY, 500.0), supply, radii)

    return build


# x, y, people, pupils; the school of 60 seats at 0, that of 30 at 4,000
HOMES = [(0, 100, 1000, 40), (0, 400, 500, 40), (4000, 300, 300, 15), (4000, 900, 100, 5)]
SCHOOLS = [(0, 0, 60), (4000, 0, 30)]


@pytest.fixture
def town(cover):
    return cover(HOMES, SCHOOLS)


def codes(report):
    return [finding.code for finding in report.findings]


def test_the_report_of_four_places_by_hand(town):
    report = access_report(town, Straight())
    whole = report.whole
    assert report.counts == "pupils"
    assert (whole.count, whole.assessed, whole.within, whole.unreachable) == (100, 100, 95, 0)
    assert whole.share_within == pytest.approx(0.95)
    assert whole.mean_m == pytest.approx((40 * 100 + 40 * 400 + 15 * 300 + 5 * 900) / 100)
    assert whole.percentiles_m == (300, 400, 400, 400)


def test_the_seats_of_four_places_by_hand(town):
    seats = access_report(town, Straight()).whole.seats
    # 60 seats for 80 pupils, 30 for the 15 within 500 m, none for the 5 beyond
    assert (seats.counted, seats.unknown, seats.none) == (100, 0, 5)
    assert seats.mean == pytest.approx((80 * 0.75 + 15 * 2) / 100)
    assert seats.share_below_one == pytest.approx(0.85)
    # 5 % have nothing, the next 80 % two thirds of the seats, the last 15 % one third
    assert seats.gini == pytest.approx(1 - (0.8 * 2 / 3 + 0.15 * (2 / 3 + 1)))


def test_the_worst_five_per_cent_are_named_with_their_district(town):
    worst = access_report(town, Straight()).worst
    assert (worst.count, worst.mean_m, worst.from_m) == (pytest.approx(5), pytest.approx(900), 900)
    assert worst.districts == (("e", "东县", pytest.approx(5)),)


def test_town_and_country_and_districts_have_their_own_figures(town):
    report = access_report(town, Straight())
    assert [(each.place, each.name, each.count) for each in report.areas] == [
        ("urban", "城镇", 80),
        ("rural", "农村", 20),
    ]
    assert [(each.place, each.name, each.count) for each in report.districts] == [("w", "西区", 80), ("e", "东县", 20)]
    rural = report.areas[1]
    assert (rural.share_within, rural.mean_m) == (pytest.approx(0.75), pytest.approx(450))
    assert rural.seats.mean == pytest.approx(1.5)
    assert rural.seats.share_below_one == pytest.approx(0.25)


def test_the_one_line_summary_says_the_same_in_two_languages(town):
    report = access_report(town, Straight())
    assert report.zh == (
        "小学（直线距离，按学生计）：半径内 95.0%；到最近学校中位 300 m，95% 不超过 400 m；最远的 5% 平均 900 m；"
        "生均可及公办学位 0.90 个，基尼系数 0.22；不足 1 个的占 85.0%。"
    )
    assert report.en == (
        "primary (straight, by pupils): 95.0% within the limit; median way 300 m, 95% within 400 m; the worst 5% go "
        "900 m on average; 0.90 seats per pupil in reach, Gini 0.22; 85.0% with less than one."
    )
    assert repr(report) == f"AccessReport({report.en})"


def test_without_pupils_residents_are_counted_and_nobody_is_said_to_lack_a_seat(cover):
    report = access_report(cover(HOMES, SCHOOLS, pupils=False), Straight())
    assert (report.counts, report.whole.count) == ("people", 1900)
    assert report.whole.seats.share_below_one is None
    assert report.whole.seats.mean == pytest.approx(90 / 1900)
    assert "access-by-residents" in codes(report)
    assert "按人口计" in report.zh
    assert "不足 1 个" not in report.zh
    assert "per resident" in report.en


def test_pupils_that_are_zero_everywhere_are_not_known_pupils(cover):
    report = access_report(cover([(0, 100, 10, 0)], SCHOOLS), Straight())
    assert (report.counts, report.whole.count) == ("people", 10)


def test_a_school_without_known_seats_is_left_out_and_named(cover):
    report = access_report(cover(HOMES, [(0, 0, 60), (4000, 0, np.nan), (0, 300, np.nan)]), Straight())
    seats = report.whole.seats
    assert (seats.counted, seats.unknown, seats.none) == (85, 15, 5)
    assert seats.mean == pytest.approx(60 / 85)
    found = next(each for each in report.findings if each.code == "access-seats-unknown")
    assert (found.count, found.rows) == (2, ("1", "2"))
    assert "2 of 3 schools have no known seats and are left out; 95 have one of them in reach" in found.what


def test_where_no_seats_are_known_there_are_ways_and_no_seats(cover):
    report = access_report(cover(HOMES, [(0, 0, np.nan)]), Straight())
    assert (report.access, report.whole.seats, report.lorenz, report.catchment_m) == (None, None, None, None)
    assert report.whole.mean_m is not None
    assert "学位" not in report.zh
    assert "access-whole-capacity" not in codes(report)


def test_seats_of_the_stage_take_the_place_of_whole_capacities(town):
    report = access_report(town, Straight(), seats=np.array([40.0, 15.0]))
    assert report.whole.seats.mean == pytest.approx(0.55)
    assert "access-whole-capacity" not in codes(report)
    assert "access-whole-capacity" in codes(access_report(town, Straight()))


def test_who_reaches_no_school_is_counted_apart(cover):
    streets = [[(-200, 0), (600, 0)], [(3500, 0), (4500, 0)]]
    found = cover([(0, 0, 1, 80), (500, 0, 1, 10), (4000, 0, 1, 10)], [(100, 0, 200)], roads=streets)
    engine = Walk(build_network_of(streets))
    report = access_report(found, engine)
    assert (report.whole.count, report.whole.unreachable) == (100, 10)
    assert report.whole.mean_m == pytest.approx((80 * 100 + 10 * 400) / 90)
    assert report.worst.count == pytest.approx(4.5)
    assert report.worst.mean_m == pytest.approx(400)
    assert report.districts[1].mean_m is None
    assert report.districts[1].as_dict()["percentiles_m"] == {"50": None, "75": None, "90": None, "95": None}
    assert report.whole.seats.none == 10
    finding = next(each for each in report.findings if each.code == "access-unreachable")
    assert (finding.layer, finding.what) == ("roads", "小学 primary: 10 reach no school (walk).")
    assert "无校可达 10" in report.zh
    assert "10 reach no school" in report.en


def build_network_of(lines):
    import geopandas as gpd

    from geoplan.types import Layer

    frame = gpd.GeoDataFrame(
        {"crossing": None},
        geometry=[shapely.LineString(each) for each in lines],
        index=[str(i) for i in range(len(lines))],
    )
    return build_network(Layer("roads", frame, "roads.gpkg"), None)


def test_where_no_limit_is_in_force_seats_are_not_known_and_do_not_count_against_others(cover):
    report = access_report(cover(HOMES, SCHOOLS, limit=Area.URBAN), Straight())
    assert (report.whole.assessed, report.whole.seats.counted, report.whole.seats.unknown) == (80, 80, 20)
    assert report.areas[1].share_within is None
    assert report.areas[1].seats is None
    assert "access-without-limit" in codes(report)


def test_on_foot_too_nobody_without_a_limit_asks_for_a_seat(cover):
    """The rural home stands in the school's own street, at its door."""
    streets = [[(0, 0), (2000, 0)]]
    found = cover([(900, 0, 1, 50), (1100, 0, 1, 50)], [(1100, 0, 50)], limit=Area.URBAN, roads=streets)
    report = access_report(found, Walk(build_network_of(streets)))
    assert (report.whole.seats.counted, report.whole.seats.unknown, report.whole.seats.mean) == (50, 50, 1)


def test_a_catchment_of_ones_own_is_for_everyone(cover):
    report = access_report(cover(HOMES, SCHOOLS, limit=Area.URBAN), Straight(), catchment_m=1000.0)
    assert (report.catchment_m, report.whole.seats.counted, report.whole.seats.none) == (1000, 100, 0)
    assert report.whole.seats.mean == pytest.approx(0.9)
    assert "access-without-limit" not in codes(report)


def test_a_matrix_gives_the_figures_of_the_engine_it_comes_from(town):
    matrix = Straight().within(town.demand.xy, town.supply.xy, 500.0)
    decay = thirds(500.0)
    one, other = (access_report(town, way, decay=decay).as_dict() for way in (Straight(), matrix))
    assert one == other


def test_what_does_not_fit_the_coverage_is_refused(town, cover):
    other = cover(HOMES[:1], SCHOOLS)
    matrix = Straight().within(other.demand.xy, other.supply.xy, 500.0)
    with pytest.raises(ProblemError, match="1 × 2, but there are 4 demand points"):
        access_report(town, matrix)
    with pytest.raises(ProblemError, match="brings its own catchment"):
        access_report(town, matrix, catchment_m=300.0)
    with pytest.raises(ProblemError, match="and 1 schools"):
        access_report(town, Straight(), seats=np.array([5.0]))
    with pytest.raises(TravelError, match="measure both alike"):
        access_report(town, Walk(build_network_of([[(0, 0), (10, 0)]])))


@pytest.mark.parametrize("homes", [HOMES, [(0, 0, 0, 0)]])
def test_without_schools_nothing_is_raised(cover, homes):
    report = access_report(cover(homes, []), Straight())
    assert (report.worst, report.whole.seats, report.whole.mean_m, report.whole.percentiles_m) == (None, None, None, ())
    assert report.whole.unreachable == report.whole.count
    assert [each.layer for each in report.findings if each.code == "access-unreachable"] == ["schools"] * (
        len(homes) > 1
    )
    assert "最远" not in report.zh
    assert "worst" not in report.en
    json.dumps(report.as_dict(), allow_nan=False)


def test_the_json_holds_every_figure_and_no_infinity(town):
    shown = json.loads(json.dumps(access_report(town, Straight()).as_dict(), allow_nan=False))
    assert shown["whole"]["percentiles_m"] == {"50": 300, "75": 400, "90": 400, "95": 400}
    assert shown["whole"]["seats"]["seats_per_head"] == 0.9
    assert shown["worst"]["districts"] == [{"id": "e", "name": "东县", "count": 5}]
    assert [each["id"] for each in shown["districts"]] == ["w", "e"]
    assert shown["catchment_m"] == 500


COORDINATE = st.integers(-900, 8900).map(float)
PLACES = st.lists(
    st.tuples(COORDINATE, st.integers(-900, 900).map(float), st.just(1), st.integers(1, 200)), min_size=1, max_size=20
)
BUILDINGS = st.lists(st.tuples(COORDINATE, COORDINATE, st.integers(0, 900)), max_size=5)


@settings(max_examples=40, deadline=None)
@given(PLACES, BUILDINGS)
def test_districts_and_areas_add_up_to_the_whole(cover, homes, schools):
    report = access_report(cover(homes, schools), Straight(), catchment_m=2000.0)
    for parts in (report.areas, report.districts):
        for figure in ("count", "assessed", "within", "unreachable"):
            assert sum(getattr(each, figure) for each in parts) == pytest.approx(getattr(report.whole, figure))
        if report.whole.seats is not None:
            handed_out = sum(each.seats.mean * each.seats.counted for each in parts if each.seats)
            assert handed_out == pytest.approx(report.whole.seats.mean * report.whole.seats.counted)
    if report.worst is not None:
        assert sum(count for *_, count in report.worst.districts) == pytest.approx(report.worst.count)
        assert report.worst.mean_m >= report.whole.mean_m - 1e-6
    assert report.whole.within == pytest.approx(report.coverage.total.pupils_covered)
    if report.lorenz is not None and report.whole.seats is not None:
        assert report.lorenz.gini == pytest.approx(report.whole.seats.gini)


@settings(max_examples=30, deadline=None)
@given(PLACES, BUILDINGS, st.tuples(COORDINATE, COORDINATE, st.integers(0, 900)))
def test_another_school_makes_no_figure_of_the_way_longer(cover, homes, schools, new):
    before, after = (access_report(cover(homes, each), Straight()) for each in (schools, [*schools, new]))
    assert after.whole.within >= before.whole.within
    if before.worst is not None:
        assert after.worst.mean_m <= before.worst.mean_m + 1e-6
        assert all(
            new <= old + 1e-6 for new, old in zip(after.whole.percentiles_m, before.whole.percentiles_m, strict=True)
        )
