import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoplan.demand.children.grades import age_of_grade, is_cohort, is_one_class
from geoplan.demand.children.stages import AGES, grade_label
from geoplan.types import Stage


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


@pytest.mark.parametrize(
    ("grade", "age"),
    [
        *zip(("一年级1班", "一年级（1）班", "七年级三班", "九年级12班", "一年级 2 班"), (6, 6, 12, 14, 6), strict=True),
        *zip(
            ("初一3班", "高一(3)班", "高三十二班", "小学二年级1班", "一(1)班", "7(3)班"),
            (12, 15, 17, 7, 6, 12),
            strict=True,
        ),
        *zip(("六1班", "6.1班", "701班", "612班", "四年级A班", "G7(2)班"), (11, 11, 12, 11, 9, 12), strict=True),
        *zip(("小一班", "中2班", "大(3)班", "大班二班", "小班1班"), (3, 4, 5, 5, 3), strict=True),
    ],
)
def test_a_class_is_read_as_its_grade(grade, age):
    assert age_of_grade(grade) == age
    assert is_one_class(grade)


@pytest.mark.parametrize(
    "grade", ["一年级", "小班", "初三", "K2", "2024级", "实验班", "1班", "一班", "托班", "学前班", ""]
)
def test_a_grade_and_a_class_of_no_grade_are_no_class_of_a_grade(grade):
    assert not is_one_class(grade)


@pytest.mark.parametrize("grade", ["1班", "一二班", "61班", "实验班", "3班"])
def test_a_class_without_its_grade_is_not_guessed(grade):
    assert age_of_grade(grade) is None


def test_first_class_of_the_youngest_is_grade_1_where_the_row_is_of_a_primary_school():
    assert age_of_grade("小一班", Stage.PRIMARY) == 6
    assert age_of_grade("小一班", Stage.KINDERGARTEN) == age_of_grade("小一班") == 3


@pytest.mark.parametrize(
    ("grade", "stage", "year", "age"),
    [
        ("2024级", Stage.PRIMARY, 2024, 6),
        ("2024级", Stage.PRIMARY, 2026, 8),
        ("2024级1班", Stage.PRIMARY, 2026, 8),
        ("2024级", Stage.JUNIOR, 2026, 14),
        ("２０２４级", Stage.SENIOR, 2025, 16),
        ("2024年级", Stage.KINDERGARTEN, 2025, 4),
        ("24级", Stage.JUNIOR, 2025, 13),
        ("2027届", Stage.SENIOR, 2026, 17),
        ("2027届", Stage.JUNIOR, 2024, 12),
        ("高2024级", None, 2026, 17),
        ("初中2025级", None, 2026, 13),
        ("12级", None, 2026, 17),
    ],
)
def test_a_cohort_is_in_the_grade_that_the_year_gives_it(grade, stage, year, age):
    assert age_of_grade(grade, stage, year=year) == age


@pytest.mark.parametrize(
    ("grade", "stage", "year"),
    [
        ("2024级", None, 2026),
        ("2024级", Stage.JUNIOR, None),
        ("2024级", Stage.JUNIOR, 2027),
        ("2024级", Stage.JUNIOR, 2023),
        ("2027届", Stage.SENIOR, 2027),
    ],
)
def test_a_cohort_without_its_stage_or_year_or_outside_them_is_not_guessed(grade, stage, year):
    assert age_of_grade(grade, stage, year=year) is None
    assert is_cohort(grade)


@given(st.sampled_from(list(Stage)), st.integers(2014, 2090), st.integers(0, 5))
def test_a_cohort_rises_by_a_grade_a_year_and_leaves_after_the_last(stage, entered, later):
    found = age_of_grade(f"{entered}级", stage, year=entered + later)
    assert found == (AGES[stage][later] if later < len(AGES[stage]) else None)
    assert age_of_grade(f"{entered + len(AGES[stage])}届", stage, year=entered + later) == found


def test_a_grade_is_no_cohort():
    assert not any(is_cohort(grade) for grade in ("一年级", "12级", "四级", "G7", "", "2024"))
