from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely
from shapely.geometry import LineString, MultiLineString, MultiPoint, Point, Polygon, box

from geoplan.config import SpreadConfig
from geoplan.inputs.geometry import check_types, families, fitting, reduce
from geoplan.inputs.repair import repair
from geoplan.inputs.schema import layer_schemas

SCHEMAS = layer_schemas(None)


def array(*shapes):
    made = np.full(len(shapes), None, dtype=object)
    made[:] = shapes
    return made


def frame(count, **columns):
    return pd.DataFrame(columns, index=pd.Index(list("abcdefgh")[:count], name="id"))


def test_every_geometry_has_a_family():
    line = LineString([(0, 0), (1, 0)])
    shapes = array(Point(0, 0), line, box(0, 0, 1, 1), None, Polygon(), shapely.GeometryCollection())
    assert list(families(shapes)) == ["point", "line", "polygon", "", "", ""]


def test_rows_of_a_wrong_type_are_an_error_and_put_aside(source):
    shapes = array(Point(0, 0), LineString([(0, 0), (1, 0)]))
    (finding,) = check_types(frame(2), shapes, source("schools"), SCHEMAS["schools"])
    assert (finding.code, finding.severity, finding.rows) == ("wrong-geometry-type", "error", ("b",))
    assert finding.what == "1 rows are LineString; schools are point or polygon."
    assert fitting(shapes, source("schools"), SCHEMAS["schools"])[1] is None


def test_population_may_be_lines_only_where_it_is_spread_by_them(source):
    shapes = array(LineString([(0, 0), (1, 0)]))
    schema = SCHEMAS["population"]
    assert check_types(frame(1), shapes, source("population"), schema)[0].code == "wrong-geometry-type"
    assert check_types(frame(1), shapes, source("population", spread=SpreadConfig("length")), schema) == []
    assert check_types(frame(1), shapes, source("population", spread=SpreadConfig("area")), schema) != []


@pytest.mark.parametrize(("role", "severity"), [("schools", "error"), ("population", "error"), ("roads", "warning")])
def test_rows_without_geometry_are_named(source, role, severity):
    (finding,) = check_types(frame(1), array(None), source(role), SCHEMAS[role])
    assert (finding.code, finding.severity, finding.rows) == ("missing-geometry", severity, ("a",))


def test_a_district_without_polygon_is_a_warning_that_counts_its_people(source):
    (finding,) = check_types(
        frame(2, people=[7.0, 9.0]), array(box(0, 0, 1, 1), None), source("districts"), SCHEMAS["districts"]
    )
    assert (finding.code, finding.severity, finding.rows) == ("district-without-polygon", "warning", ("b",))
    assert "with 9 people" in finding.what


def test_a_polygon_that_touches_itself_is_repaired_with_a_warning(source):
    ring = Polygon([(0, 0), (100, 0), (100, 100), (50, 100), (50, 100.0), (50, 101), (50, 100), (0, 100)])
    assert not ring.is_valid
    mended, (finding,) = repair(frame(1), array(ring), source("districts"))
    assert (finding.code, finding.severity, finding.rows) == ("invalid-polygon", "warning", ("a",))
    assert mended[0].geom_type == "Polygon"
    assert mended[0].is_valid
    assert mended[0].area == 10_000


def test_a_bow_tie_keeps_both_halves_and_is_an_error(source):
    bow_tie = Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
    mended, (finding,) = repair(frame(1), array(bow_tie), source("districts"))
    assert (finding.code, finding.severity) == ("invalid-polygon", "error")
    assert mended[0].area == 50


def test_valid_polygons_are_left_alone(source):
    assert repair(frame(1), array(box(0, 0, 1, 1)), source("districts"))[1] == []


def test_a_school_drawn_as_an_area_becomes_a_point_within_it_and_is_told(source):
    horseshoe = Polygon([(0, 0), (10, 0), (10, 10), (8, 10), (8, 2), (2, 2), (2, 10), (0, 10)])
    _, shapes, (finding,) = reduce(frame(2), array(Point(1, 1), horseshoe), source("schools"))
    assert horseshoe.contains(shapes[1])
    assert (finding.code, finding.rows) == ("polygon-to-point", ("b",))


def test_a_school_of_one_multipoint_is_its_point(source):
    _, shapes, findings = reduce(frame(1), array(MultiPoint([(3, 4)])), source("schools"))
    assert shapes[0] == Point(3, 4)
    assert findings == []


def test_roads_of_several_parts_are_parted_and_numbered(source):
    parts = MultiLineString([[(0, 0), (1, 0)], [(2, 0), (3, 0)]])
    roads, shapes, _ = reduce(frame(3, n=[1, 2, 3]), array(LineString([(5, 5), (6, 6)]), parts, None), source("roads"))
    assert list(roads.index) == ["a", "b-1", "b-2"]
    assert list(roads["n"]) == [1, 2, 2]
    assert [shape.geom_type for shape in shapes] == ["LineString"] * 3


def test_population_spread_by_length_stands_at_the_middle_of_its_line(source):
    line = LineString([(0, 0), (30, 0), (30, 10)])
    result, shapes, _ = reduce(frame(1), array(line), source("population", spread=SpreadConfig("length")))
    assert list(result["weight"]) == [40.0]
    assert shapes[0] == Point(20, 0)


def test_population_spread_by_area_keeps_its_polygons(source):
    result, shapes, _ = reduce(frame(1), array(box(0, 0, 4, 5)), source("population", spread=SpreadConfig("area")))
    assert list(result["weight"]) == [20.0]
    assert shapes[0].geom_type == "Polygon"


def test_population_spread_by_count_weighs_the_same_everywhere(source):
    result, _, _ = reduce(frame(2), array(Point(0, 0), Point(1, 1)), source("population", spread=SpreadConfig("count")))
    assert list(result["weight"]) == [1.0, 1.0]
