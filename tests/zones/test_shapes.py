"""Polygons of the zones: no slivers, no holes that are not real."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely
from shapely import Polygon, box

from geoplan.errors import ProblemError
from geoplan.zones import draw_zones, zone_shapes


@pytest.fixture
def plan(estates):
    costs, words = estates
    return draw_zones(costs, **words)


def strip(gap=0.0, over=0.0):
    """Six blocks of 100 m in a row with gaps or overlaps between them."""
    return {
        f"e{number}": box(number * 100 + gap / 2 - over, 0, (number + 1) * 100 - gap / 2, 100) for number in range(6)
    }


def test_units_that_fit_dissolve_into_rectangles(plan):
    shapes = zone_shapes(plan, strip())
    assert shapes.geometry["A"].equals(box(0, 0, 200, 100))
    assert shapes.geometry["B"].equals(box(200, 0, 600, 100))
    assert shapes.loc["B", "pupils"] == 400.0


@pytest.mark.parametrize("gap", [0.5, 12.0])
def test_gaps_are_closed_within_a_zone_and_along_the_middle_between_two(plan, gap):
    shapes = zone_shapes(plan, strip(gap), tolerance_m=gap * 1.1)
    one, other = shapes.geometry["A"], shapes.geometry["B"]
    assert one.geom_type == other.geom_type == "Polygon"
    assert one.area == pytest.approx((200 - gap / 2) * 100, rel=1e-3)
    assert other.area == pytest.approx((400 - gap / 2) * 100, rel=1e-3)
    assert one.intersection(other).area == pytest.approx(0.0, abs=1e-3)
    assert shapely.union(one, other).area == pytest.approx((600 - gap) * 100, rel=1e-4)
    assert one.bounds[2] == pytest.approx(200.0, abs=0.01)


def test_a_gap_wider_than_the_tolerance_stays(plan):
    shapes = zone_shapes(plan, strip(20.0), tolerance_m=5.0)
    assert len(shapely.get_parts(shapes.geometry["A"])) == 2


def test_overlaps_belong_to_one_zone_only(plan):
    shapes = zone_shapes(plan, strip(over=3.0))
    assert shapes.geometry["A"].intersection(shapes.geometry["B"]).area == pytest.approx(0.0, abs=1e-3)
    assert shapes.area.sum() == pytest.approx(60_300, rel=1e-4)


def test_a_real_hole_stays_and_a_sliver_inside_a_zone_does_not(plan):
    block = Polygon(box(0, 0, 100, 100).exterior, [box(20, 20, 50, 50).exterior, box(70, 20, 70.2, 80).exterior])
    shapes = zone_shapes(plan, {**strip(), "e0": block})
    (hole,) = shapes.geometry["A"].interiors
    assert Polygon(hole).area == pytest.approx(900.0, rel=1e-3)


def test_three_zones_meet_in_a_point_of_the_street(square):
    costs, words = square
    costs["R"] = [abs(number % 3 - 2) + number // 3 for number in range(9)]
    words = {**words, "seats": 60.0, "school_unit": {"P": "b0", "Q": "b8", "R": "b2"}}
    plan = draw_zones(costs, **words)
    blocks = {f"b{n}": box(n % 3 * 110, n // 3 * 110, n % 3 * 110 + 100, n // 3 * 110 + 100) for n in range(9)}
    shapes = zone_shapes(plan, gpd.GeoSeries(blocks, crs=4547), tolerance_m=11)
    assert shapes.crs.to_epsg() == 4547
    assert list(shapes.geom_type) == ["Polygon"] * 3
    assert shapes.area.sum() == pytest.approx(320 * 320, rel=1e-3)
    whole = shapely.union_all(shapes.geometry.to_numpy())
    assert whole.area == pytest.approx(shapes.area.sum(), rel=1e-6)
    assert not whole.interiors


def test_what_cannot_be_drawn_is_refused(plan, estates):
    with pytest.raises(ProblemError, match="without a polygon: 'e5'"):
        zone_shapes(plan, {each: shape for each, shape in strip().items() if each != "e5"})
    with pytest.raises(ProblemError, match="tolerance_m"):
        zone_shapes(plan, strip(), tolerance_m=-1)
    costs, words = estates
    with pytest.raises(ProblemError, match="no plan to draw"):
        zone_shapes(draw_zones(costs, **{**words, "seats": 1.0}), strip())
