"""District totals over rows: how sure the result is, and that saying so moves nobody."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geoplan.config import LayerConfig, SpreadConfig
from geoplan.demand import build_units, largest_remainder

WEST, EAST = shapely.box(0, 0, 1000, 1000), shapely.box(1000, 0, 2000, 1000)


def by(weight):
    return LayerConfig("population", "population.gpkg", spread=SpreadConfig(weight))


@pytest.fixture(scope="session")
def spread_units(in_memory):
    """spread_units(weight, columns, shapes) -> units of a west of 300 people and an east of 100."""

    def build(weight, columns, shapes, totals=(300.0, 100.0)):
        districts = ({"id": ["w", "e"], "name": ["西区", "东区"], "people": list(totals)}, [WEST, EAST])
        return build_units(in_memory(districts=districts, population=(columns, shapes)), by(weight))

    return build


@pytest.fixture
def blocks(spread_units):
    """Two blocks in the west, one twice as large as the other, and one in the east."""
    shapes = [shapely.box(x, 0, x + side, 100) for x, side in ((0, 100), (500, 200), (1500, 300))]
    return spread_units("area", {"weight": [1e4, 2e4, 3e4], "name": ["甲", "", "丙"]}, shapes)


def said(units):
    (finding,) = [each for each in units.findings if each.code == "people-spread"]
    return finding.what


def test_blocks_spread_by_area_may_hold_what_even_shares_would_give_them(blocks):
    # by area 100, 200 | 100; evenly 150, 150 | 100; the outlines of polygons are no weight
    doubt = blocks.uncertainty
    assert doubt.weights == ("area", "count")
    assert blocks.people.tolist() == [100, 200, 100]
    assert (doubt.low.tolist(), doubt.high.tolist()) == ([100, 150, 100], [150, 200, 100])
    assert doubt.apart(blocks.people) == (50 + 50 + 0) / 400


def test_the_finding_says_by_how_much_and_where_most(blocks):
    assert said(blocks) == (
        "400 people were spread from district totals over 3 rows by 用地面积 / area. "
        "按用地面积、个数（均分）分摊，各处人数高低之差合计为总人数的 25.0%，最大的是甲（100—150 人）；不是置信区间。 "
        "Spread by area, count, the ranges of all rows add up to 25.0% of all people, the widest being 甲 "
        "(100 to 150); no confidence interval."
    )


def test_a_column_of_the_users_own_is_named_as_it_is(spread_units):
    units = spread_units("套数", {"weight": [1.0, 3.0]}, [shapely.Point(1, 1), shapely.Point(2, 2)])
    assert units.uncertainty.weights == ("套数", "count")
    assert "by 套数. 按套数、个数（均分）分摊，各处人数高低之差合计为总人数的 50.0%" in said(units)


def test_of_one_weight_it_is_said_that_there_is_nothing_to_compare(spread_units):
    units = spread_units("count", {"weight": [1.0, 1.0]}, [shapely.Point(1, 1), shapely.Point(2, 2)])
    assert units.uncertainty.low.tolist() == units.uncertainty.high.tolist() == [150, 150]
    assert "只有一种权重（个数（均分）），无从比较。" in said(units)


def test_weights_that_agree_are_said_to_agree(spread_units):
    units = spread_units("套数", {"weight": [7.0, 7.0]}, [shapely.Point(1, 1), shapely.Point(2, 2)])
    assert "按套数、个数（均分）分摊，各处人数相同。" in said(units)


def test_people_without_a_place_are_in_no_range(spread_units):
    units = spread_units("套数", {"weight": [1.0, 0.0]}, [shapely.Point(1, 1), shapely.Point(1500, 2)])
    assert units.unplaced == {"e": 100.0}
    assert units.uncertainty.high.tolist() == [300, 0]


def test_counted_people_have_no_range(in_memory):
    counted = in_memory(population=({"people": [3.0]}, [shapely.Point(0, 0)]))
    assert build_units(counted, LayerConfig("population", "population.gpkg")).uncertainty is None


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 1999), st.sampled_from([0.0, 1 / 3, 1.0, 2.5, 7.1])), min_size=1, max_size=30),
    st.integers(0, 5000),
    st.integers(0, 5000),
)
def test_the_range_holds_what_was_given_and_moves_nobody(spread_units, rows, west, east):
    weight = np.array([each for _, each in rows])
    units = spread_units("套数", {"weight": weight}, [shapely.Point(x, 5) for x, _ in rows], (float(west), float(east)))
    for at, total in enumerate((west, east)):
        mine = units.district == at
        if weight[mine].sum() > 0:
            assert units.people[mine].tolist() == largest_remainder(total, weight[mine]).tolist()
            assert units.uncertainty.low[mine].sum() <= total <= units.uncertainty.high[mine].sum()
    assert (units.uncertainty.low <= units.people).all()
    assert (units.people <= units.uncertainty.high).all()
