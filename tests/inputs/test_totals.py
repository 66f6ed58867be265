"""Official totals against the layers: in whole and by district, with tolerance and source."""

from __future__ import annotations

import pytest

from geoplan.inputs.totals import TotalsCheck, check_totals

SCHOOLS = """id,name,stage,kind,ownership,enrolment,year_open,year_close,district,lon,lat
k1,一幼,幼儿园,,公办,100,,,甲区,114.50,37.05
k2,二幼,幼儿园,,民办,200,2022,,甲区,114.50,37.06
k3,三幼,幼儿园,,民办,,,,,114.52,37.06
p1,一小,小学,,公办,500,,,甲区,114.50,37.05
p2,东教学点,小学,教学点,公办,12,,,乙区,114.52,37.05
n1,九年,九年一贯制学校,,公办,900,,,乙区,114.52,37.05
x1,特校,特殊教育学校,,公办,40,,2019,乙区,114.52,37.05
"""
PEOPLE = "id,people,lon,lat\np1,5000,114.50,37.05\np2,3000,114.52,37.06\np3,70,114.60,37.05\n"


class Sums:
    def __init__(self, town):
        self.town = town
        town.write("schools.csv", SCHOOLS)
        town.write("population.csv", PEOPLE)
        self.districts = town.tables["districts"]
        self.totals = 'source = "XT:6"'

    def of(self, totals):
        tables = [self.town.tables.pop(role) for role in list(self.town.tables) if role == "districts"]
        assert tables
        self.town.layer("districts", f"{self.districts}\n[totals]\n{self.totals}\n{totals}\n")  # the last table
        layers, self.findings = self.town.check()
        assert layers is not None, [str(each) for each in self.findings]
        return check_totals(self.town.config(), layers)

    def finding(self, totals, code):
        self.of(totals)
        (found,) = [each for each in self.findings if each.code == code]
        return found

    def codes(self, totals):
        self.of(totals)
        return {each.code for each in self.findings if "total" in each.code or "official" in each.code}


@pytest.fixture
def sums(districts):
    return Sums(districts)


@pytest.mark.parametrize(
    ("what", "found"),
    [
        ("schools", 7), ("kindergartens", 3), ("public_kindergartens", 1), ("primary_schools", 1),
        ("junior_schools", 1), ("senior_schools", 0), ("special_schools", 1), ("people", 8070),
        ("kindergarten_enrolment", 300), ("primary_enrolment", 512), ("enrolment", 1752),
    ],
)  # fmt: skip
def test_each_thing_is_counted_as_the_statistics_count_it(sums, what, found):
    (whole, *_) = sums.of(f"{what} = 7").rows
    assert (whole.what, whole.place, whole.found, whole.difference) == (what, "", found, found - 7)


def test_schools_not_yet_open_or_closed_in_the_year_are_left_out(sums):
    assert sums.of("kindergartens = { value = 2, year = 2020 }").rows[0].found == 2
    assert sums.of("special_schools = { value = 0, year = 2019 }").rows[0].found == 0
    assert sums.of("special_schools = { value = 1, year = 2018 }").rows[0].found == 1


def test_the_whole_and_every_district_stand_in_rows_with_difference_and_share(sums):
    check = sums.of('people = 10000\n[totals.by_district.people]\n"甲区" = 4000')
    assert [(row.place, row.official, row.found, row.difference, row.agrees) for row in check.rows] == [
        ("", 10000, 8070, -1930, False),
        ("d1", 4000, 5000, 1000, False),
        ("d2", None, 3000, None, None),
        ("-", None, 70, None, None),
    ]
    assert [row.share for row in check.rows] == [-0.193, 0.25, None, None]
    assert check.rows[1].as_dict()["source"] == "XT:6"
    assert repr(check) == "TotalsCheck(2 official figures, 2 differ)"


def test_a_school_counts_in_the_district_it_names_else_where_it_stands(sums):
    rows = sums.of("kindergartens = 3").rows
    assert {row.label: row.found for row in rows[1:]} == {"甲区": 2, "乙区": 1}


def test_a_difference_is_a_warning_with_the_districts_the_source_and_a_hint(sums):
    finding = sums.finding('junior_schools = 2\n[totals.by_district.junior_schools]\n"乙区" = 2', "total-differs")
    assert (finding.severity, finding.layer, finding.rows) == ("warning", "schools", ("d2",))
    assert finding.what == (
        "初中数 junior_schools: 1 against 2, 1 fewer (-50.00%) (XT:6). "
        "By district 1 of 1 differ: 乙区 1 against 2, 1 fewer (-50.00%)."
    )


def test_schools_counted_at_a_higher_stage_are_hinted_at(sums):
    what = sums.finding("primary_schools = 3", "total-differs").what
    assert "Each school is counted once, at its highest stage; 3 serve this one." in what


def test_rows_that_do_not_say_are_hinted_at(sums):
    what = sums.finding("kindergarten_enrolment = 400", "total-differs").what
    assert "300 against 400, 100 fewer (-25.00%)" in what
    assert "1 rows do not say." in what


@pytest.mark.parametrize(("tolerance", "agrees"), [(0.0, False), (0.19, False), (0.194, True), (0.2, True)])
def test_within_the_tolerance_the_figures_agree(sums, tolerance, agrees):
    (whole, *_) = sums.of(f"people = {{ value = 10000, tolerance = {tolerance} }}").rows
    assert whole.agrees is agrees


def test_figures_that_agree_are_noted_with_their_source(sums):
    finding = sums.finding("kindergartens = 3", "totals-agree")
    assert (finding.severity, finding.file) == ("note", "project.toml")
    assert finding.what == "1 official totals agree with the layers: 幼儿园数 kindergartens 3 (XT:6)."
    assert sums.codes("kindergartens = 3") == {"totals-agree"}


def test_what_no_layer_holds_is_not_compared_and_said(sums):
    check = sums.of("pupils_primary = 5")
    assert (check.rows, [each.what for each in check.missing]) == ((), ["pupils_primary"])
    assert sums.codes("pupils_primary = 5") == {"total-not-compared"}


def test_a_column_that_the_districts_do_not_have_is_said(sums):
    assert sums.codes('by_district = { pupils_primary = "districts" }') == {"total-not-compared"}


def test_a_place_that_is_no_district_is_named(sums):
    finding = sums.finding('[totals.by_district.people]\n"丁县" = 4000', "total-of-unknown-place")
    assert (finding.severity, finding.rows) == ("warning", ("丁县",))


def test_official_parts_that_do_not_add_up_are_told_apart_from_the_layers(sums):
    finding = sums.finding(
        'people = 8070\n[totals.by_district.people]\n"甲区" = 5000\nd2 = 3000', "official-parts-differ"
    )
    assert "add up to 8,000, that of the whole is 8,070" in finding.what


def test_a_column_of_the_districts_can_be_held_against_the_population(sums):
    town = sums.town
    town.save(
        "districts.gpkg",
        {"id": ["d1", "d2"], "name": ["甲区", "乙区"], "people": [5000, 3100]},
        list(town.frame("districts").to_crs(4326).geometry),
    )
    check = sums.of('by_district = { people = { column = "districts", source = "七普" } }')
    assert [(row.place, row.official, row.found, row.source) for row in check.rows] == [
        ("", None, 8070, ""), ("d1", 5000, 5000, "七普"), ("d2", 3100, 3000, "七普"), ("-", None, 70, "")
    ]  # fmt: skip


def test_the_latest_row_of_the_statistics_is_an_official_figure_where_asked(sums):
    sums.town.table(
        "statistics",
        "indicator,stage,district,year,value,source\n幼儿园数,幼儿园,,2015,1,旧\n幼儿园数,幼儿园,,2020,2,新\n"
        "幼儿园数,幼儿园,,2030,9,将来\n学校数,,乙区,2020,5,\n毛入园率,幼儿园,,2020,90,A\n",
    )
    sums.town.project = 'data_date = "2020-11-01"'
    assert sums.of("people = 1").of("kindergartens") == ()
    check = sums.of("statistics = true")
    assert [(row.official, row.year, row.source, row.found) for row in check.of("kindergartens")[:1]] == [
        (2, 2020, "新", 2)
    ]
    of_district = [row for row in check.of("schools") if row.official is not None]
    assert [(row.place, row.official, row.source) for row in of_district] == [("d2", 5, "statistics.csv row 5")]


def test_figures_of_project_toml_go_before_the_statistics(sums):
    sums.town.table("statistics", "indicator,stage,year,value,source\n幼儿园数,幼儿园,2020,2,表\n")
    assert sums.of("statistics = true\nkindergartens = 3").rows[0].source == "XT:6"


def test_enrolment_by_school_and_year_goes_before_the_schools_own(sums):
    sums.town.table(
        "enrolment", "school,year,stage,pupils\n一幼,2019,幼儿园,90\n一幼,2020,幼儿园,110\n三幼,2020,幼儿园,50\n"
    )
    rows = sums.of("kindergarten_enrolment = { value = 160, year = 2020 }").rows
    assert [(row.place, row.found, row.layer) for row in rows] == [
        ("", 160, "enrolment"), ("d1", 110, "enrolment"), ("d2", 50, "enrolment")
    ]  # fmt: skip


def test_without_totals_nothing_is_asked_and_nothing_said(sums):
    sums.totals = ""
    check = sums.of("")
    assert (check, check.differing, sums.codes("")) == (TotalsCheck(), (), set())
