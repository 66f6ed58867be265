import numpy as np
import pandas as pd
import pytest

from geoplan.demand import Split, read_cohorts
from geoplan.demand.children.cohorts import age_bands
from geoplan.types import Area

PLACES = {"a": "甲县", "b": "乙县", "c": "经开区"}


def ages(*rows):
    blank = {"district": "", "area": "", "people": np.nan, "year": 2020.0}
    return pd.DataFrame([blank | row for row in rows])


def row(district, *, zero=10, small=40, year=2020, **more):
    return {"district": district, "year": float(year), "age_0": float(zero), "age_1_4": float(small)} | more


def codes(cohorts):
    return [finding.code for finding in cohorts.findings]


def test_counties_are_matched_by_id_and_by_name_and_bands_are_split():
    found = read_cohorts(ages(row("a"), row("乙县", zero=5), row("c")), PLACES)
    assert (found.places, found.names, found.year) == (("a", "b", "c"), ("甲县", "乙县", "经开区"), 2020)
    assert found.by_place()[:, :5].tolist() == [[10] * 5, [5, 10, 10, 10, 10], [10] * 5]
    assert found.area == (Area.ALL,) * 3


def test_a_missing_county_is_named_and_not_taken_for_empty():
    found = read_cohorts(ages(row("a"), row("b")), PLACES)
    assert found.places == ("a", "b")
    missing = next(finding for finding in found.findings if finding.code == "ages-county-missing")
    assert (missing.rows, missing.count) == (("c 经开区",), 1)


def test_ages_that_no_column_holds_are_named_and_blank():
    found = read_cohorts(ages(row("a"), row("b"), row("c")), PLACES)
    assert np.isnan(found.by_place()[:, 5:]).all()
    assert "aged 5-17" in next(finding for finding in found.findings if finding.code == "ages-gap").what


def test_the_year_that_most_counties_have_is_the_base_and_the_others_are_named():
    table = ages(row("a"), row("b"), row("c", year=2021), row("a", year=2021), row("b", year=2022), row("a", year=2019))
    found = read_cohorts(table, PLACES)
    assert (found.year, found.places) == (2021, ("a", "c"))
    late = next(finding for finding in found.findings if finding.code == "ages-year-missing")
    assert (late.rows, "2020, 2022" in late.what) == (("b 乙县",), True)
    assert read_cohorts(table, PLACES, year=2020).places == ("a", "b")


def test_a_year_that_the_table_does_not_have_gives_no_cohorts_and_says_so():
    found = read_cohorts(ages(row("a")), PLACES, year=2030)
    assert (found.places, found.year) == ((), 2030)
    assert "ages-none" in codes(found)
    assert "ages-none" in codes(read_cohorts(ages({"district": "a"}), PLACES))


def test_rows_without_a_district_speak_for_all_only_where_no_district_has_rows():
    whole = read_cohorts(ages(row("", zero=7)), PLACES)
    assert (whole.places, whole.by_place()[0, 0]) == (("",), 7)
    both = read_cohorts(ages(row("", zero=7), row("a", zero=3)), {"a": "甲县"})
    assert both.by_place()[:, 0].tolist() == [3]
    assert "ages-whole-left-out" in codes(both)


def test_a_district_that_is_not_in_the_layer_is_named():
    found = read_cohorts(ages(row("a"), row("丁县")), {"a": "甲县"})
    assert [(each.code, each.rows) for each in found.findings if "unknown" in each.code] == [
        ("ages-district-unknown", ("丁县",))
    ]


def test_urban_and_rural_rows_are_kept_apart_and_their_sum_is_the_county():
    table = ages(
        row("a", zero=6, area="urban", people=100.0),
        row("a", zero=4, area="rural", people=50.0),
        row("a", zero=11),
        row("b", zero=2, area="urban"),
    )
    found = read_cohorts(table, {"a": "甲县", "b": "乙县"})
    assert [(found.places[at], area) for at, area in zip(found.place, found.area, strict=True)] == [
        ("a", "urban"),
        ("a", "rural"),
        ("b", "urban"),
    ]
    assert found.by_place()[:, 0].tolist() == [10, 2]
    assert found.people_by_place()[0] == 150
    assert found.has_areas
    assert {"ages-area-total", "ages-area-missing"} <= set(codes(found))


def test_a_long_table_says_the_same_as_a_wide_one():
    long = pd.DataFrame(
        [
            {"district": "a", "year": 2020.0, "age": age, "count": count, "people": 500.0}
            for age, count in (("0岁", 10.0), ("1—4岁", 40.0), ("5-9", 50.0), ("10～14 岁", 60.0), ("不详", 1.0))
        ]
    )
    wide = ages(row("a", age_5_9=50.0, age_10_14=60.0, people=500.0))
    left, right = (read_cohorts(table, {"a": "甲县"}) for table in (long, wide))
    assert np.array_equal(left.children, right.children, equal_nan=True)
    assert left.people.tolist() == right.people.tolist() == [500]
    assert [each.rows for each in left.findings if each.code == "ages-unread"] == [("不详",)]


def test_columns_of_ages_are_read_by_their_names_and_blank_ones_are_left():
    table = ages(row("a", age_15_19=5.0, age_5_9=np.nan, age_20_24=9.0, agency=3.0))
    bands, unread = age_bands(table)
    assert (sorted(bands), unread) == ([(0, 0), (1, 4), (15, 19)], ())


def test_single_years_against_their_band_give_a_finding_that_names_the_county():
    found = read_cohorts(ages(row("b", age_1=50.0, age_2=1.0)), PLACES)
    assert next(each.rows for each in found.findings if each.code == "ages-contradict") == ("b 乙县",)


def test_places_may_come_from_the_table_itself_in_natural_order():
    found = read_cohorts(ages(row("10"), row("2")))
    assert found.places == ("2", "10")
    assert repr(found) == "Cohorts(2020; 2 places, 100 children aged 0-17)"


@pytest.mark.parametrize("how", Split)
def test_nobody_is_lost_between_the_table_and_the_cohorts(how):
    rng = np.random.default_rng(3)
    names = ("age_0", "age_1_4", "age_5_9", "age_10_14")
    table = ages(*({"district": key} | dict(zip(names, rng.integers(0, 9999, 4) * 1.0, strict=True)) for key in PLACES))
    found = read_cohorts(table, PLACES, how=how)
    assert np.nansum(found.children) == pytest.approx(table[list(names)].to_numpy().sum())
