import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geoplan.config import LayerConfig, SpreadConfig
from geoplan.demand import build_demand, build_units
from geoplan.errors import InputError
from geoplan.types import Severity, Stage

PLAIN = LayerConfig("population", "population.gpkg")
WEST, EAST = shapely.box(0, 0, 1000, 1000), shapely.box(1000, 0, 2000, 1000)


def spread(**values):
    return LayerConfig("population", "population.gpkg", spread=SpreadConfig(**({"by": "length"} | values)))


def codes(units):
    return {finding.code for finding in units.findings}


@pytest.fixture
def town(in_memory):
    """Two districts, west urban and east rural, with 300 and 100 people and pupils of two stages."""
    districts = (
        {
            "id": ["w", "e"],
            "name": ["西区", "东区"],
            "area": ["urban", "rural"],
            "people": [300.0, 100.0],
            "pupils_primary": [30.0, 5.0],
        },
        [WEST, EAST],
    )

    def build(columns, shapes, **more):
        return in_memory(districts=districts, population=(columns, shapes), **more)

    return build


def points(*xy):
    return [shapely.Point(*each) for each in xy]


def test_rows_lie_in_the_district_that_holds_them_and_inherit_its_class(town):
    units = build_units(town({"people": [10.0, 20.0]}, points((500, 500), (1500, 500))), PLAIN)
    assert units.district.tolist() == [0, 1]
    assert units.area.tolist() == ["urban", "rural"]


def test_a_row_s_own_class_and_own_district_win_over_the_place_it_lies_in(town):
    columns = {"people": [10.0, 20.0], "area": ["rural", ""], "district": ["", "西区"]}
    units = build_units(town(columns, points((500, 500), (1500, 500))), PLAIN)
    assert units.district.tolist() == [0, 0]
    assert units.area.tolist() == ["rural", "urban"]


def test_a_district_may_be_named_by_its_id(town):
    units = build_units(town({"people": [1.0], "district": ["e"]}, points((500, 500))), PLAIN)
    assert units.district.tolist() == [1]


def test_districts_without_names_hold_the_rows_that_lie_in_them_and_not_all_rows_that_name_none(in_memory):
    layers = in_memory(
        districts=({"id": ["w", "e"], "area": ["urban", "rural"]}, [WEST, EAST]),
        population=({"people": [10.0, 20.0]}, points((500, 500), (1500, 500))),
    )
    assert build_units(layers, PLAIN).district.tolist() == [0, 1]


def test_a_point_on_a_shared_edge_belongs_to_the_first_district_only(town):
    units = build_units(town({"people": [1.0]}, points((1000, 500))), PLAIN)
    assert units.district.tolist() == [0]


def test_people_outside_every_district_are_kept_and_reported_with_their_number(town):
    units = build_units(town({"people": [10.0, 7.0]}, points((500, 500), (9000, 500))), PLAIN)
    assert units.people.sum() == 17
    (finding,) = [each for each in units.findings if each.code == "population-outside-districts"]
    assert "7 people in 1 rows" in finding.what


def test_a_class_that_nobody_gave_is_taken_as_urban_and_said_so(in_memory):
    units = build_units(in_memory(population=({"people": [1.0]}, points((0, 0)))), PLAIN)
    assert units.area.tolist() == ["urban"]
    assert "area-assumed-urban" in codes(units)


def test_pupils_come_from_the_rate_of_the_district(town):
    units = build_units(town({"people": [200.0, 40.0]}, points((500, 500), (1500, 500))), PLAIN)
    assert units.pupils["primary"].tolist() == pytest.approx([20.0, 2.0])
    assert "junior" not in units.pupils


def test_a_row_s_own_pupils_win_over_the_rate(town):
    columns = {"people": [200.0, 40.0], "pupils_primary": [3.0, np.nan]}
    units = build_units(town(columns, points((500, 500), (1500, 500))), PLAIN)
    assert units.pupils["primary"].tolist() == [3.0, 0.0]


def test_a_district_of_no_people_gives_no_pupils_and_no_warning(in_memory):
    districts = ({"id": ["a"], "people": [0.0], "pupils_primary": [5.0]}, [WEST])
    units = build_units(in_memory(districts=districts, population=({"people": [9.0]}, points((5, 5)))), PLAIN)
    assert units.pupils["primary"].tolist() == [0.0]


def test_a_layer_of_pupils_counts_them_for_every_stage(in_memory):
    config = LayerConfig("population", "p.gpkg", counts="pupils")
    units = build_units(in_memory(population=({"people": [9.0]}, points((5, 5)))), config)
    assert units.counts == "pupils"
    assert units.pupils["junior"].tolist() == [9.0]


def test_a_district_without_polygon_and_without_rows_is_reported_with_all_its_people(in_memory):
    districts = ({"id": ["a", "kfq"], "people": [10.0, 95.0]}, [WEST, None])
    units = build_units(in_memory(districts=districts, population=({"people": [10.0]}, points((5, 5)))), PLAIN)
    assert units.unplaced == {"kfq": 95.0}
    (finding,) = [each for each in units.findings if each.code == "people-unplaced"]
    assert finding.rows == ("kfq",)
    assert "95 people" in finding.what


def test_a_district_without_polygon_takes_the_rows_that_name_it(in_memory):
    districts = ({"id": ["a", "kfq"], "people": [10.0, 95.0]}, [WEST, None])
    population = ({"people": [10.0, 95.0], "district": ["", "kfq"]}, points((5, 5), (6, 6)))
    units = build_units(in_memory(districts=districts, population=population), PLAIN)
    assert units.unplaced == {}
    assert units.district.tolist() == [0, 1]


def test_totals_are_spread_by_weight_inside_each_district(town):
    columns = {"weight": [1.0, 2.0, 7.0], "people": [np.nan] * 3}
    units = build_units(town(columns, points((100, 100), (200, 200), (1500, 500))), spread())
    assert units.people.tolist() == [100, 200, 100]
    assert "people-spread" in codes(units)


def test_nobody_is_lost_where_a_district_has_nothing_to_spread_over(town):
    units = build_units(town({"weight": [1.0]}, points((100, 100))), spread())
    assert units.people.sum() == 300
    assert units.unplaced == {"e": 100.0}


def test_a_district_that_reaches_beyond_the_carriers_is_scaled_by_area_where_asked(in_memory):
    districts = ({"id": ["a"], "people": [1000.0]}, [shapely.box(0, 0, 1000, 1000)])
    roads = [shapely.LineString([(0, 0), (500, 0)]), shapely.LineString([(0, 0), (0, 1000)])]
    layers = in_memory(districts=districts, population=({"weight": [500.0, 1000.0]}, roads))
    assert build_units(layers, spread(clip_to_carriers=True)).people.sum() == 250
    assert build_units(layers, spread()).people.sum() == 1000


def test_spreading_without_totals_is_an_input_error_that_names_the_column(in_memory):
    with pytest.raises(InputError, match="'people'"):
        build_units(in_memory(population=({"weight": [1.0]}, points((0, 0)))), spread())


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 1999), st.floats(0, 999), st.floats(0, 50)), min_size=1, max_size=30),
    st.integers(0, 5000),
    st.integers(0, 5000),
)
def test_spreading_conserves_the_totals_of_districts(in_memory, rows, west, east):
    districts = ({"id": ["w", "e"], "people": [float(west), float(east)]}, [WEST, EAST])
    columns = {"weight": [weight for *_, weight in rows]}
    layers = in_memory(districts=districts, population=(columns, points(*[row[:2] for row in rows])))
    units = build_units(layers, spread())
    assert units.people.sum() + sum(units.unplaced.values()) == west + east
    assert (units.people == np.round(units.people)).all()


@settings(max_examples=15, deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(0, 5e3), st.floats(0, 5e3), st.floats(1, 2e3), st.floats(0, 1e5)), min_size=1, max_size=5
    ),
    st.sampled_from([300.0, 1500.0]),
)
def test_cutting_polygons_conserves_the_people_and_pupils_of_every_row(in_memory, boxes, radius_m):
    shapes = [shapely.box(x, y, x + side, y + side) for x, y, side, _ in boxes]
    people = np.array([each for *_, each in boxes])
    layers = in_memory(population=({"people": people, "pupils_primary": people / 10}, shapes))
    demand = build_demand(build_units(layers, PLAIN), Stage.PRIMARY, radius_m)
    assert np.bincount(demand.unit, demand.people, minlength=len(boxes)) == pytest.approx(people)
    assert np.bincount(demand.unit, demand.pupils, minlength=len(boxes)) == pytest.approx(people / 10)


def test_the_cells_of_a_polygon_over_a_boundary_count_in_the_district_they_lie_in(town):
    layers = town({"people": [1000.0]}, [shapely.box(500, 0, 1500, 1000)])
    demand = build_demand(build_units(layers, PLAIN), Stage.PRIMARY, 1500)
    assert np.bincount(demand.district, demand.people) == pytest.approx([500, 500])


def test_a_polygon_that_names_its_district_stays_there_whole(town):
    layers = town({"people": [1000.0], "district": ["e"]}, [shapely.box(500, 0, 1500, 1000)])
    demand = build_demand(build_units(layers, PLAIN), Stage.PRIMARY, 1500)
    assert set(demand.district.tolist()) == {1}


def test_the_cells_of_a_polygon_take_the_class_of_the_district_they_lie_in(town):
    layers = town({"people": [1000.0]}, [shapely.box(500, 0, 1500, 1000)])
    demand = build_demand(build_units(layers, PLAIN), Stage.PRIMARY, 1500)
    by_class = {each: demand.people[demand.area == each].sum() for each in ("urban", "rural")}
    assert by_class == pytest.approx({"urban": 500, "rural": 500})


def test_cells_are_a_thirtieth_of_the_radius_and_points_stay_points(in_memory):
    shapes = [shapely.box(0, 0, 2000, 2000), shapely.Point(5000, 0)]
    units = build_units(in_memory(population=({"people": [4.0, 1.0]}, shapes)), PLAIN)
    demand = build_demand(units, Stage.PRIMARY, 1500)
    assert demand.cell_m == 50
    assert (demand.unit == 1).sum() == 1
    assert len(demand) == 40 * 40 + 1


def test_only_errors_stop_a_run_and_demand_raises_none(town):
    units = build_units(town({"people": [1.0]}, points((9000, 0))), PLAIN)
    assert Severity.ERROR not in {finding.severity for finding in units.findings}
