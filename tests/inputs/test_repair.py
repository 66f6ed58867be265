"""Geometries put right: what is dropped, kept and refused, with its rows and square metres."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import GeometryCollection, LineString, Point, Polygon, box

from geoplan.inputs.draft import Draft
from geoplan.inputs.repair import MAX_REPAIR, mend, plain, repair
from geoplan.inputs.schema import layer_schemas

SCHEMAS = layer_schemas(None)


def array(*shapes):
    made = np.full(len(shapes), None, dtype=object)
    made[:] = shapes
    return made


def frame(count):
    return pd.DataFrame(index=pd.Index(list("abcdefgh")[:count], name="id"))


@pytest.fixture
def draft(source):
    def make(role, *shapes):
        return Draft(source(role), SCHEMAS[role], frame(len(shapes)), array(*shapes), None, ())

    return make


def test_heights_are_dropped_with_a_note_that_says_their_range(draft):
    flat, (finding,) = plain(draft("schools", Point(1, 2, 63.5), Point(3, 4), Point(5, 6, 70)))
    assert not shapely.has_z(flat.geometry).any()
    assert (finding.code, finding.severity, finding.rows) == ("heights-dropped", "note", ("a", "c"))
    assert "(63.5 to 70)" in finding.what


def test_heights_in_a_file_are_told_with_their_rows(town):
    town.save("schools.gpkg", {"id": ["s1", "s2"], "stage": ["小学", "初中"]}, [Point(114.5, 37, 80), Point(114.5, 37)])
    town.layer("schools", 'path = "schools.gpkg"')
    assert "heights-dropped" in town.codes("note")
    assert not town.frame("schools").has_z.any()


def test_plain_geometries_pass_untouched(draft):
    before = draft("schools", Point(1, 2), None)
    after, findings = plain(before)
    assert findings == []
    assert after.geometry is before.geometry


@pytest.mark.parametrize("bad", ["nan", "inf", "-inf"])
def test_coordinates_that_are_no_numbers_are_an_error_with_their_rows(draft, bad):
    with np.errstate(invalid="ignore"):  # numpy's own word on what is being built here
        broken = shapely.from_wkt(f"LINESTRING (0 0, {bad} 1)")
        _, (finding,) = plain(draft("barriers", LineString([(0, 0), (1, 1)]), broken))
    assert (finding.code, finding.severity, finding.rows) == ("bad-coordinates", "error", ("b",))


def test_a_collection_of_an_area_and_a_line_is_its_area_and_is_told(draft):
    mixed = GeometryCollection([box(0, 0, 10, 10), LineString([(10, 10), (20, 20)]), Point(5, 50)])
    after, (finding,) = plain(draft("districts", mixed, box(10, 0, 20, 10)))
    assert after.geometry[0].equals(box(0, 0, 10, 10))
    assert (finding.code, finding.severity, finding.rows) == ("mixed-geometry", "warning", ("a",))
    assert "polygons are kept, 2 smaller parts" in finding.what


def test_a_collection_within_a_collection_is_taken_apart(draft):
    mixed = GeometryCollection([GeometryCollection([box(0, 0, 1, 1)]), box(2, 0, 3, 1)])
    after, _ = plain(draft("districts", mixed))
    assert (after.geometry[0].geom_type, after.geometry[0].area) == ("MultiPolygon", 2.0)


def test_a_collection_of_lines_stays_wrong_for_districts(draft):
    lines = GeometryCollection([LineString([(0, 0), (1, 1)])])
    after, findings = plain(draft("districts", lines))
    assert (after.geometry[0], findings) == (lines, [])


def test_each_repaired_polygon_is_told_with_its_area_before_and_after(source):
    # a loop of 2 m² hangs from a corner of 10,000 m²: signed it takes 2 m² away, repaired it adds them
    looped = Polygon([(0, 0), (100, 0), (100, 100), (0, 100), (0, 50), (-2, 51), (-2, 49), (0, 50)])
    twisted = Polygon([(0, 0), (100, 0), (100, 100), (0, 100), (0, 51), (-2, 49), (-2, 51), (0, 49)])
    mended, done = mend(frame(2), array(looped, twisted))
    assert shapely.is_valid(mended).all()
    assert [each.row for each in done] == ["a", "b"]
    assert [each.before_m2 for each in done] == pytest.approx([shapely.area(looped), shapely.area(twisted)])
    assert all(each.after_m2 == pytest.approx(area) for each, area in zip(done, shapely.area(mended), strict=True))
    _, (finding,) = repair(frame(2), array(looped, twisted), source("districts"))
    assert "a: 10,002 → 10,002 m² (Ring Self-intersection)" in finding.what


def test_a_change_of_more_than_one_percent_is_refused_and_the_rest_only_told(source):
    bow_tie = Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
    spiked = Polygon([(0, 0), (100, 0), (100, 100), (50, 100), (50, 101), (50, 100), (0, 100)])
    _, findings = repair(frame(2), array(bow_tie, spiked), source("districts"))
    assert [(each.severity, each.rows) for each in findings] == [("warning", ("b",)), ("error", ("a",))]
    assert "a: 0 → 50 m² (Self-intersection)" in findings[1].what
    assert MAX_REPAIR == 0.01


ring = st.lists(st.tuples(st.integers(-50, 50), st.integers(-50, 50)), min_size=3, max_size=9, unique=True)


@settings(max_examples=200, deadline=None)
@given(st.lists(ring, min_size=1, max_size=4))
def test_every_polygon_is_valid_afterwards_and_valid_ones_are_left_alone(rings):
    shapes = array(*[Polygon(each) for each in rings])
    mended, done = mend(pd.DataFrame(index=range(len(shapes))), shapes)
    assert shapely.is_valid(mended).all()
    changed = {int(each.row) for each in done}
    assert changed == set(np.flatnonzero(~shapely.is_valid(shapes)).tolist())
    assert all(mended[row] is shapes[row] for row in range(len(shapes)) if row not in changed)
