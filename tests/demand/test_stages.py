import pytest

from geoplan.demand.children.stages import (
    AGES,
    LATE_BIRTHS,
    age_in,
    age_of_grade,
    autumn_of_first_grade,
    grade_age,
    grade_label,
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


@pytest.mark.parametrize(
    ("grade", "age"),
    [
        *zip(("小班", "中班", "大班"), (3, 4, 5), strict=True),
        *zip(("K1", "k2", "K3"), (3, 4, 5), strict=True),
        *zip(("一年级", "六年级", "七年级", "九年级", "十二年级"), (6, 11, 12, 14, 17), strict=True),
        *zip(("G1", "g7", "grade 9", "1", "12", "１年级", "3.0"), (6, 12, 14, 6, 17, 6, 8), strict=True),
        *zip(("初一", "初三", "初中二年级", "高一", "高三", "高中1"), (12, 14, 13, 15, 17, 15), strict=True),
        *zip(("小学一年级", "小一", "小学6", "四级"), (6, 6, 11, 9), strict=True),
        *zip(("托班", "学前班", "", "合计", "13", "0", "初四"), (None,) * 7, strict=True),
    ],
)
def test_grades_are_understood_as_schools_write_them(grade, age):
    assert age_of_grade(grade) == age


@pytest.mark.parametrize(
    ("grade", "stage", "age"),
    [
        ("1", Stage.JUNIOR, 12),
        ("一年级", Stage.SENIOR, 15),
        ("3", Stage.KINDERGARTEN, 5),
        ("7", Stage.JUNIOR, 12),
        ("G1", Stage.JUNIOR, 6),
        ("G7", Stage.JUNIOR, 12),
        ("10", Stage.SENIOR, 15),
    ],
)
def test_grade_1_of_a_junior_school_is_the_seventh(grade, stage, age):
    assert age_of_grade(grade, stage) == age


def test_every_grade_has_a_name_that_is_understood_again():
    assert [grade_label(age) for age in (3, 5, 6, 12, 17)] == ["小班", "大班", "小学一年级", "初中一年级", "高中三年级"]
    assert [age_of_grade(grade_label(age)) for age in range(3, 18)] == list(range(3, 18))
    assert grade_label(2) == grade_label(18) == ""


def test_a_grade_that_a_stage_does_not_have_is_refused():
    with pytest.raises(ValueError, match="1 to 3, not 4"):
        grade_age(Stage.JUNIOR, 4)
