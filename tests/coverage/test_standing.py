import numpy as np
import pytest
import shapely

from geoplan.coverage import closing_schools, enrolled
from geoplan.types import Layers, Stage


@pytest.fixture
def schools(in_memory):
    """schools({column: values}, projects={…}) -> layers with schools a, b, c."""

    def build(columns, **tables):
        plain = {"id": ["a", "b", "c"], "name": ["甲校", "乙校", "丙校"]}
        return in_memory(schools=(plain | columns, [shapely.Point(0, 0)] * 3), **tables)

    return build


def test_pupils_of_a_stage_are_its_own_or_those_of_a_school_of_that_stage_alone(schools):
    both = (Stage.PRIMARY, Stage.JUNIOR)
    layers = schools(
        {
            "stages": [(Stage.PRIMARY,), both, both],
            "enrolment": [12.0, 900.0, 900.0],
            "primary_enrolment": [np.nan, 600.0, np.nan],
        }
    )
    assert enrolled(layers.schools.frame, Stage.PRIMARY) == {"a": 12.0, "b": 600.0}
    assert enrolled(layers.schools.frame, Stage.JUNIOR) == {}


def test_a_school_with_a_year_of_closing_does_not_go_on_standing(schools):
    assert closing_schools(schools({"year_close": [np.nan, 2019.0, 2030.0]})) == {"b", "c"}


def test_a_project_that_closes_or_merges_a_school_by_id_or_name_ends_it_unless_cancelled(schools):
    projects = {
        "name": ["p1", "p2", "p3", "p4"],
        "action": ["close", "merge", "close", "expand"],
        "status": ["planned", "", "cancelled", "started"],
        "school": ["a", "乙校", "c", "c"],
    }
    assert closing_schools(schools({}, projects=projects)) == {"a", "b"}
    assert closing_schools(schools({}, projects={"name": ["p"], "action": ["close"], "school": ["丁校"]})) == set()


def test_a_name_that_two_schools_share_closes_neither_and_an_id_does(schools):
    twins = {"name": ["中心小学", "中心小学", "丙校"]}
    project = {"name": ["p"], "action": ["close"], "school": ["中心小学"]}
    assert closing_schools(schools(twins, projects=project)) == set()
    assert closing_schools(schools(twins, projects=project | {"school": ["a"]})) == {"a"}


def test_without_schools_none_closes():
    assert closing_schools(Layers(crs=None)) == set()
