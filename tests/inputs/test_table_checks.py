from __future__ import annotations

import pytest
from shapely.geometry import box

HEADER = "学校,区县,年份,学段,年级,学生数,班数"


@pytest.fixture
def enrolment(town):
    """enrolment(*rows) writes the table of a town with schools s1 一小 of 100 pupils and s2 二中 of 200."""
    town.write(
        "schools.csv",
        "id,name,stage,在校生数,教学班数,lon,lat\ns1,一小,小学,100,3,114.50,37.05\ns2,二中,初中,200,4,114.52,37.06\n",
    )

    def write(*rows):
        town.table("enrolment", "\n".join([HEADER, *rows]))
        return town

    return write


def codes(town):
    _, findings = town.check()
    told = {"layer-without-places", "crs-chosen", "capacity-missing", "generated-ids"}
    return [finding.code for finding in findings if finding.code not in told]


def test_rows_that_meet_their_schools_by_id_or_name_are_no_finding(enrolment):
    assert codes(enrolment("s1,,2024,小学,一年级,100,3", "二中,,2024,初中,七年级,200,4")) == []


def test_a_school_that_the_layer_does_not_have_is_told_with_its_rows(enrolment):
    finding = enrolment("三小,,2024,小学,一年级,90,2", "一小,,2024,小学,一年级,100,3").finding(
        "unknown-school", "warning"
    )
    assert (finding.rows, finding.count) == (("row 2",), 1)
    assert "'三小'" in finding.what


def test_a_name_that_two_schools_share_names_neither(enrolment):
    town = enrolment("一小,,2024,小学,一年级,100,3")
    town.write("schools.csv", "id,name,stage,lon,lat\ns1,一小,小学,114.5,37.05\ns2,一小,小学,114.51,37.05\n")
    assert town.finding("unknown-school", "warning").rows == ("row 2",)


@pytest.mark.parametrize(("pupils", "classes", "told"), [(120, 1, False), (121, 1, True), (2, 2, False), (1, 2, True)])
def test_classes_of_less_than_1_or_more_than_120_cannot_be(enrolment, pupils, classes, told):
    town = enrolment(f",,2024,小学,一年级,{pupils},{classes}")
    assert ("impossible-class-size" in codes(town)) is told


def test_blank_and_zero_classes_say_nothing_of_their_size(enrolment):
    assert codes(enrolment(",,2024,小学,一年级,500,", ",,2024,小学,二年级,500,0")) == []


def test_the_classes_of_the_schools_layer_are_looked_at_too(town):
    town.write("schools.csv", "id,stage,在校生数,教学班数,lon,lat\ns1,小学,30,1200,114.5,37.05\n")
    finding = town.finding("impossible-class-size", "warning")
    assert (finding.layer, finding.rows) == ("schools", ("s1",))


def test_rows_that_say_a_grade_twice_are_told(enrolment):
    town = enrolment("一小,,2024,小学,一年级,50,1", "一小,,2024,小学,一年级,50,1", "一小,,2023,小学,一年级,50,1")
    assert town.finding("repeated-enrolment", "warning").rows == ("row 2", "row 3")


def test_classes_in_a_column_that_is_not_known_are_asked_for_by_name(town):
    town.write("enrolment.csv", "学校,年份,学段,班级,人数\n一小,2024,小学,一年级1班,40\n一小,2024,小学,一年级2班,41\n")
    town.layer("enrolment", 'path = "enrolment.csv"')
    assert 'columns = { grade = "班级" }' in town.finding("repeated-enrolment", "warning").fix
    town.layer("enrolment", 'path = "enrolment.csv"\ncolumns = { grade = "班级" }')
    assert "repeated-enrolment" not in town.codes("warning")


@pytest.mark.parametrize(("pupils", "told"), [(100, False), (101, False), (102, True), (98, True)])
def test_a_sum_that_differs_by_more_than_1_percent_is_noted(enrolment, pupils, told):
    town = enrolment(f"一小,,2024,小学,一年级,{pupils - 40},2", "一小,,2024,小学,二年级,40,1")
    assert ("enrolment-differs" in codes(town)) is told


def test_only_the_latest_year_of_a_school_is_compared(enrolment):
    assert codes(enrolment("一小,,2022,小学,一年级,300,6", "一小,,2024,小学,一年级,100,3")) == []


def test_a_district_that_is_none_is_told_in_tables(districts):
    districts.table("births", "区县,年份,出生人数\n甲区,2020,5\nd2,2020,6\n丙县,2020,7\n,2019,8\n")
    finding = districts.finding("unknown-district", "warning")
    assert (finding.layer, finding.rows) == ("births", ("row 4",))
    assert "'丙县'" in finding.what


def test_schools_with_a_place_need_not_name_their_district(districts):
    districts.write("schools.csv", "id,stage,乡镇,lon,lat\ns1,小学,城关镇,114.5,37.05\n")
    assert "unknown-district" not in districts.codes("warning")


def test_a_roster_without_places_needs_its_districts(districts):
    districts.write("schools.csv", "id,stage,区县\ns1,小学,丙县\n")
    _, findings = districts.check(placed=False)
    assert [finding.layer for finding in findings if finding.code == "unknown-district"] == ["schools"]


def test_a_percentage_above_100_is_a_note_and_stays_as_it_is(town):
    town.table("statistics", "指标,年份,数值,单位\n九年义务教育巩固率,2020,112.01,%\n学校数,2020,2347,所\n")
    finding = town.finding("over-100-percent", "note")
    assert finding.rows == ("row 2",)
    assert "112.01" in finding.what
    assert town.frame("statistics")["value"].iloc[0] == 112.01


def test_a_rate_that_excel_turned_into_a_fraction_is_a_warning(town):
    town.table("statistics", "指标,年份,数值\n巩固率,2020,0.9631\n大班额占比,2020,0.5\n学校数,2020,1\n")
    assert town.finding("fraction-for-percent", "warning").rows == ("row 2",)


def test_a_unit_in_percent_makes_any_figure_a_percentage(town):
    town.table("statistics", "指标,年份,数值,单位\n双师型教师占比,2020,130,％\n")
    assert town.finding("over-100-percent", "note").count == 1


def ages(town, header, *rows):
    square = box(114.4, 37.0, 114.6, 37.1)
    town.save("districts.gpkg", {"id": ["d1"], "name": ["甲区"]}, [square])
    town.layer("districts", 'path = "districts.gpkg"')
    town.table("ages", "\n".join([header, *rows]))
    return town


def test_a_column_called_quhua_names_the_district_of_children(town):
    layers, _ = ages(town, "区划,年份,0岁", "甲区,2020,10").check()
    assert layers.ages.frame["district"].tolist() == ["甲区"]


def test_rows_of_children_that_name_no_district_are_told(town):
    finding = ages(town, "哪里,年份,0岁", "甲区,2020,10", "乙区,2020,12").finding("rows-without-district", "warning")
    assert finding.count == 2
    assert 'columns = { district = "…" }' in finding.fix


def test_one_row_a_year_for_the_whole_project_is_not_told(town):
    assert "rows-without-district" not in codes(ages(town, "年份,0岁", "2019,9", "2020,10"))
