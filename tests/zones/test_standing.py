"""Which unit each school stands in."""

from __future__ import annotations

import geopandas as gpd
import pytest
from shapely import Point, box

from geoplan.errors import ProblemError
from geoplan.zones import school_units

BLOCKS = {"a": box(0, 0, 100, 100), "b": box(110, 0, 200, 100)}


def test_a_school_stands_in_the_unit_around_it_or_belongs_to_the_nearest():
    schools = gpd.GeoSeries({"P": Point(50, 50), "Q": Point(108, 10), "R": Point(150, 1)})
    found, findings = school_units(BLOCKS, schools)
    assert found == {"P": "a", "Q": "b", "R": "b"}
    assert [(each.code, each.rows) for each in findings] == [("school-outside-units", ("Q",))]
    assert school_units(BLOCKS, {"P": Point(50, 50)}) == ({"P": "a"}, ())


def test_a_school_far_from_every_unit_is_refused():
    with pytest.raises(ProblemError, match="farther than 200 m from every unit: 'X'"):
        school_units(BLOCKS, {"X": Point(5000, 0)})
    with pytest.raises(ProblemError, match="expected points; not so for 'X'"):
        school_units(BLOCKS, {"X": Point()})
