"""Districts made one coverage: what changes by how much, and that nothing else does."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st
from shapely.geometry import Point, Polygon, box

from geoplan.config_checks import CleanConfig
from geoplan.inputs import cleaning
from geoplan.inputs.cleaning import clean, clean_districts, is_clean
from geoplan.inputs.draft import Draft
from geoplan.inputs.schema import layer_schemas

SCHEMAS = layer_schemas(None)
WIDE = CleanConfig(snap_m=0.1, gap_width_m=10)


def array(*shapes):
    made = np.full(len(shapes), None, dtype=object)
    made[:] = shapes
    return made


@pytest.fixture
def drafts(source):
    """Two districts of 1 km², one with people in the strip of 4 m that both claim."""
    names = {"name": ["甲", "乙"]}
    frame = pd.DataFrame(names, index=pd.Index(["a", "b"], name="id"))
    areas = array(box(0, 0, 1000, 1000), box(996, 0, 2000, 1000))
    people = pd.DataFrame({"people": [7.0, 30.0]}, index=pd.Index(["p1", "p2"], name="id"))
    asked = source("districts", clean=WIDE)
    return {
        "districts": Draft(asked, SCHEMAS["districts"], frame, areas, None, ()),
        "population": Draft(
            source("population"), SCHEMAS["population"], people, array(Point(998, 5), Point(50, 5)), None, ()
        ),
    }


def test_an_overlap_of_one_hectare_goes_to_one_side():
    result = clean(array(box(0, 0, 1000, 1000), box(990, 0, 2000, 1000)), WIDE)
    assert result.overlap_m2 == pytest.approx(10_000)
    assert result.after_m2.sum() == pytest.approx(2_000_000)
    assert result.union_after_m2 == pytest.approx(result.union_before_m2)
    assert shapely.coverage_is_valid(result.shapes)


def test_a_closed_gap_of_eight_metres_is_given_away_and_the_whole_grows_by_it():
    areas = array(box(0, 0, 1000, 1000).difference(box(100, 100, 300, 108)), box(1000, 0, 2000, 1000))
    result = clean(areas, WIDE)
    assert result.gained_m2 == pytest.approx(1_600)  # 200 m × 8 m
    assert result.union_after_m2 - result.union_before_m2 == pytest.approx(1_600)
    assert result.lost_m2 == pytest.approx(0, abs=1e-6)
    assert result.widest_m == pytest.approx(8, abs=0.01)
    assert list(result.changed) == [0]


def test_a_gap_wider_than_asked_stays():
    areas = array(box(0, 0, 1000, 1000).difference(box(100, 100, 300, 120)))
    assert len(clean(areas, WIDE).changed) == 0


def test_two_lines_of_one_boundary_become_one_where_they_are_within_the_snapping():
    areas = array(box(0, 0, 1000, 1000), box(1000.4, 0, 2000, 1000))
    assert not is_clean(areas, CleanConfig(snap_m=0.5))
    result = clean(areas, CleanConfig(snap_m=0.5))
    assert shapely.touches(result.shapes[0], result.shapes[1])
    assert result.gained_m2 + result.lost_m2 <= 400  # 1,000 m × 0.4 m
    assert is_clean(result.shapes, CleanConfig(snap_m=0.5))


def test_districts_without_a_polygon_stay_without():
    result = clean(array(None, box(0, 0, 10, 10), Polygon()), WIDE)
    assert result.shapes[0] is None
    assert result.shapes[2].is_empty


def grid(size, columns, rows, hole):
    cells = [
        box(x * size, y * size, (x + 1) * size, (y + 1) * size)
        for x in range(columns)
        for y in range(rows)
        if (x, y) != hole
    ]
    return array(*cells)


@settings(max_examples=40, deadline=None)
@given(st.integers(50, 5000), st.integers(1, 5), st.integers(1, 5), st.sampled_from([None, (1, 1)]))
def test_cleaning_a_clean_coverage_changes_nothing(size, columns, rows, hole):
    areas = grid(size, columns, rows, hole)
    result = clean(areas, WIDE)
    assert result.shapes is areas
    assert len(result.changed) == 0


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.05, 3.0))
@example(230, 2.875)  # a sliver of 490 m that is 10.3 m wide, and 9.8 m by a measure as coarse as it is long
def test_the_whole_is_conserved_but_for_closed_gaps_and_cleaning_again_changes_nothing(seed, noise_m):
    rng = np.random.default_rng(seed)
    areas = grid(500, 4, 4, None)
    shaken = array(*[Polygon(np.asarray(each.exterior.coords)[:-1] + rng.normal(0, noise_m, (4, 2))) for each in areas])
    result = clean(shaken, WIDE)
    assert is_clean(result.shapes, WIDE)
    assert shapely.coverage_is_valid(result.shapes)
    assert result.union_after_m2 - result.union_before_m2 == pytest.approx(result.gained_m2 - result.lost_m2, abs=1e-3)
    assert result.widest_m <= WIDE.gap_width_m + 2 * WIDE.snap_m
    assert result.lost_m2 <= WIDE.snap_m * shapely.length(shapely.union_all(shaken))
    assert result.after_m2.sum() == pytest.approx(result.union_after_m2)
    assert clean(result.shapes, WIDE).shapes is result.shapes


def test_what_was_cleaned_is_told_by_district_with_the_people_before_and_after(drafts):
    told = clean_districts(drafts)
    assert [(each.code, each.severity) for each in told] == [
        ("topology-cleaned", "warning"),
        ("joined-after-cleaning", "note"),
    ]
    assert told[0].rows in {("a",), ("b",)}
    assert "Overlaps of 4,000.0 m² went to one side" in told[0].what
    assert "-4,000.0 m²" in told[0].what
    assert told[1].what.startswith("Joined to the districts by place: 37 people before cleaning, 37 after;")
    assert shapely.coverage_is_valid(drafts["districts"].geometry)


def test_nothing_is_cleaned_unasked(drafts, source):
    before = drafts["districts"].geometry
    drafts["districts"] = Draft(source("districts"), SCHEMAS["districts"], drafts["districts"].frame, before, None, ())
    assert clean_districts(drafts) == []
    assert drafts["districts"].geometry is before


def test_a_district_that_would_vanish_is_an_error_and_nothing_is_changed(drafts, source):
    areas = array(box(0, 0, 1000, 1000), box(0, 0, 1000, 1000))
    frame = drafts["districts"].frame
    drafts["districts"] = Draft(source("districts", clean=WIDE), SCHEMAS["districts"], frame, areas, None, ())
    (finding,) = clean_districts(drafts)
    assert (finding.code, finding.severity, finding.count) == ("district-lost-by-cleaning", "error", 1)
    assert drafts["districts"].geometry is areas


def test_clean_districts_say_that_nothing_changed(drafts, source):
    areas = array(box(0, 0, 1000, 1000), box(1000, 0, 2000, 1000))
    frame = drafts["districts"].frame
    drafts["districts"] = Draft(source("districts", clean=WIDE), SCHEMAS["districts"], frame, areas, None, ())
    assert [each.code for each in clean_districts(drafts)] == ["already-clean"]


def test_an_older_shapely_is_named_with_the_line_to_install(drafts, monkeypatch):
    monkeypatch.setattr(cleaning, "can_clean", lambda: False)
    (finding,) = clean_districts(drafts)
    assert (finding.code, finding.severity) == ("cleaning-unavailable", "error")
    assert "pip install 'shapely>=2.2'" in finding.fix


def test_project_toml_asks_for_it(districts):
    shapes = [box(114.48, 37.0, 114.5101, 37.1), box(114.51, 37.0, 114.54, 37.1)]
    districts.save("districts.gpkg", {"id": ["d1", "d2"], "name": ["甲区", "乙区"]}, shapes)
    districts.layer("districts", 'path = "districts.gpkg"\nclean = { snap_m = 0.2, gap_width_m = 20 }')
    assert "snap_m = 0.2 and gap_width_m = 20" in districts.finding("topology-cleaned", "warning").what
    assert "overlapping-districts" not in districts.codes("warning")
