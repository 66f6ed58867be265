import pytest

from geoplan.demand.children.stages import (
    AGES,
    LATE_BIRTHS,
    age_in,
    autumn_of_first_grade,
    grade_age,
    stage_of_age,
)
from geoplan.types import Stage


def test_the_stages_cover_ages_3_to_17_without_a_gap():
    assert [age for ages in AGES.values() for age in ages] == list(range(3, 18))
    assert [stage_of_age(age) for age in (2, 3, 5, 6, 11, 12, 14, 15, 17, 18)] == [
        None,
        Stage.KINDERGARTEN,
        Stage.KINDERGARTEN,
        Stage.PRIMARY,
        Stage.PRIMARY,
        Stage.JUNIOR,
        Stage.JUNIOR,
        Stage.SENIOR,
        Stage.SENIOR,
        None,
    ]


def test_children_aged_0_in_2020_are_in_grade_1_in_2026():
    assert age_in(0, 2020, 2026) == 6
    assert autumn_of_first_grade(0, 2020) == 2026
    assert grade_age(Stage.PRIMARY, 1) == 6


def test_a_third_of_the_births_comes_after_31_august():
    assert pytest.approx(1 / 3) == LATE_BIRTHS


def test_a_grade_that_a_stage_does_not_have_is_refused():
    with pytest.raises(ValueError, match="1 to 3, not 4"):
        grade_age(Stage.JUNIOR, 4)
