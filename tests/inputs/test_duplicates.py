"""The same thing twice: areas, places, schools."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point, Polygon, box

from geoplan.config import SpreadConfig
from geoplan.inputs.draft import Draft
from geoplan.inputs.duplicates import clusters, same_places, same_schools, same_shapes
from geoplan.inputs.schema import layer_schemas
from geoplan.types import Stage

SCHEMAS = layer_schemas(None)
PRIMARY, JUNIOR = (Stage.PRIMARY,), (Stage.JUNIOR,)


@pytest.fixture
def draft(source):
    def make(role, shapes, spread=None, **columns):
        index = pd.Index([f"{role[0]}{nth}" for nth in range(1, len(shapes) + 1)], name="id")
        made = np.full(len(shapes), None, dtype=object)
        made[:] = shapes
        return Draft(source(role, spread=spread), SCHEMAS[role], pd.DataFrame(columns, index=index), made, None, ())

    return make


@pytest.fixture
def schools(draft):
    def make(*rows):
        names, stages, places = zip(*rows, strict=True)
        return same_schools(draft("schools", [Point(*each) for each in places], name=names, stages=stages))

    return make


def test_an_area_drawn_twice_is_found_whatever_vertex_it_begins_with(draft):
    turned = Polygon([(10, 10), (0, 10), (0, 0), (10, 0)])
    (finding,) = same_shapes(draft("districts", [box(0, 0, 10, 10), None, turned, box(0, 0, 10, 11)]))
    assert (finding.code, finding.severity, finding.rows) == ("duplicate-geometry", "warning", ("d1 and d3",))


def test_areas_of_the_same_extent_and_another_shape_are_no_duplicates(draft):
    assert (
        same_shapes(draft("districts", [box(0, 0, 10, 10), Polygon([(0, 0), (10, 0), (10, 10), (0, 10), (5, 5)])]))
        == []
    )


def test_a_plot_of_two_years_is_one_plot(draft):
    plots = [box(0, 0, 10, 10)] * 3
    assert same_shapes(draft("parcels", plots, year=[2020, 2025, 2026])) == []
    (finding,) = same_shapes(draft("parcels", plots, year=[2020, 2025, 2025]))
    assert finding.rows == ("p2 and p3",)


def test_a_school_of_one_name_within_200_m_is_a_duplicate(schools):
    (finding,) = schools(("第一小学", PRIMARY, (0, 0)), ("第一 小学", PRIMARY, (0, 199)), ("二小", PRIMARY, (0, 9)))
    assert (finding.code, finding.severity, finding.rows) == ("duplicate-school", "warning", ("s1 and s2",))
    assert finding.what.startswith("2 schools bear the name of another one within 200 m")


def test_beyond_200_m_the_same_name_is_another_school(schools):
    assert schools(("中心小学", PRIMARY, (0, 0)), ("中心小学", PRIMARY, (0, 201))) == []


def test_two_rows_of_different_stages_are_one_school_split_by_stage(schools):
    assert schools(("实验学校", PRIMARY, (0, 0)), ("实验学校", JUNIOR, (0, 5))) == []


def test_a_campus_in_the_name_keeps_schools_apart(schools):
    assert schools(("一小（东校区）", PRIMARY, (0, 0)), ("一小（西校区）", PRIMARY, (0, 90))) == []


def test_brackets_and_width_do_not_make_another_name(schools):
    assert len(schools(("一小（东校区）", PRIMARY, (0, 0)), ("一小(东校区)", PRIMARY, (0, 90)))) == 1


def test_schools_without_a_name_are_not_asked(schools):
    assert schools(("", PRIMARY, (0, 0)), ("", PRIMARY, (0, 1))) == []


def test_points_within_a_metre_under_other_ids_are_noted_and_those_beyond_not(draft):
    layer = draft("population", [Point(0, 0), Point(0, 0.99), Point(5, 5), Point(5, 6.01)])
    (finding,) = same_places(layer)
    assert (finding.code, finding.severity, finding.rows) == ("same-place", "note", ("p1 and p2",))
    assert finding.what.startswith("2 of 4 rows stand within 1 m of another one, in 1 places")


def test_people_spread_by_the_program_are_not_asked(draft):
    assert same_places(draft("population", [Point(0, 0), Point(0, 0)], spread=SpreadConfig("count"))) == []


def test_a_whole_town_in_one_point_is_told_in_a_moment(draft):
    begun = time.process_time()
    (finding,) = same_places(draft("population", [Point(7, 7)] * 50_000))
    assert "50,000 rows share the fullest" in finding.what
    assert time.process_time() - begun < 5


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.floats(-40, 40), st.floats(-40, 40), st.integers(0, 1)), min_size=1, max_size=12, unique=True)
)
def test_rows_are_together_only_by_chains_of_near_rows_and_pairs_alone_always_are(rows):
    xy, key = np.array([each[:2] for each in rows]), np.array([each[2] for each in rows])
    label = clusters(xy, key, 10.0)
    apart = np.hypot(*(xy[:, None] - xy[None]).T)
    same = key[:, None] == key[None]
    near = (apart <= 10.0 - 1e-6) & same
    alone = near.sum(axis=1) == 2  # itself and one other: no third row can stand in for it
    for one, other in np.argwhere(near & alone[:, None] & alone[None]):
        assert label[one] == label[other]
    reach = np.linalg.matrix_power(((apart <= 10.0 + 1e-6) & same).astype(object) * 1, len(rows)) > 0
    assert all(reach[one, other] for one, other in np.argwhere(label[:, None] == label[None]))
