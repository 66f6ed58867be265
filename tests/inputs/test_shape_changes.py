"""Every geometry that was repaired, reduced, split or left out stands among the changes, with its row."""

from __future__ import annotations

import pytest
from shapely.geometry import MultiLineString, MultiPoint, Point, Polygon, box

from geoplan.inputs import check_layers
from geoplan.inputs.changes import ChangeLog, Why
from geoplan.inputs.intake import take_in

SQUARE = box(114.50, 37.0, 114.52, 37.02)
SPIKE = Polygon([(114.48, 37.0), (114.50, 37.0), (114.50, 37.02), (114.49, 37.02), (114.49, 37.03), (114.49, 37.02),
                 (114.48, 37.02)])  # fmt: skip


@pytest.fixture
def changes(town):
    """changes(role, shapes) -> the changes of geometry, and the rows left out."""

    def of(role, shapes, columns=None, toml=""):
        town.save(f"{role}.gpkg", columns or {"id": [f"x{n}" for n in range(len(shapes))]}, shapes)
        town.layer(role, f'path = "{role}.gpkg"\n{toml}')
        log = ChangeLog()
        check_layers(town.config(), roles={role}, log=log)
        return [change for change in log.changes if change.why in {Why.GEOMETRY, Why.LEFT_OUT}]

    return of


def test_a_repaired_polygon_is_a_change_with_its_row_areas_and_reason(changes):
    (change,) = changes("districts", [SQUARE, SPIKE])
    assert (change.row, change.why, change.layer) == ("row 2", Why.GEOMETRY, "districts")
    assert change.found == "Polygon, 3,950,954.7 m² (Self-intersection)"
    assert change.became == "Polygon, 3,950,954.7 m²"


def test_dropped_heights_are_a_change_of_each_row(changes):
    found = changes("sites", [Point(114.5, 37.0, 61.0), Point(114.51, 37.0)], {"id": ["a", "b"]})
    assert [(each.row, each.found, each.became) for each in found if each.why is Why.GEOMETRY] == [
        ("row 1", "Point Z", "Point")
    ]


def test_several_points_that_become_one_are_a_change(changes):
    found = changes("sites", [MultiPoint([(114.5, 37.0), (114.6, 37.0)]), MultiPoint([(114.5, 37.1)])])
    assert [(each.row, each.found, each.became) for each in found] == [("row 1", "MultiPoint", "Point")]


def test_a_road_in_parts_becomes_rows_and_one_without_geometry_is_left_out(changes):
    parts = MultiLineString([[(114.5, 37.0), (114.51, 37.0)], [(114.52, 37.0), (114.53, 37.0)]])
    alone = MultiLineString([[(114.5, 37.1), (114.51, 37.1)]])
    found = changes("roads", [parts, None, alone])
    assert [(each.row, each.became, each.why) for each in found] == [
        ("row 2", "", Why.LEFT_OUT),
        ("row 1", "2 rows", Why.GEOMETRY),
    ]


def test_cleaned_districts_are_changes_with_their_areas(changes):
    neighbour = box(114.5199, 37.0, 114.54, 37.02)
    found = changes("districts", [SQUARE, neighbour], toml="clean = true")
    assert found
    assert [change.row for change in found] == ["row 1", "row 2"]
    assert all("m²" in change.found and "m²" in change.became for change in found)


def test_an_intake_lists_them_in_its_report(town):
    town.save("districts.gpkg", {"id": ["d"]}, [SPIKE])
    town.layer("districts", 'path = "districts.gpkg"')
    taken = take_in([town.config()], progress=lambda _: None)
    assert [change.file for change in taken.log.changes if change.why is Why.GEOMETRY] == ["districts.gpkg"]
