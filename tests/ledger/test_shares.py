import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoplan.ledger import NoDataError, build_ledger
from geoplan.rules import State

COUNTIES = [{"id": "a", "name": "甲县"}, {"id": "b", "name": "乙县"}]
KINDERGARTENS = [
    {"id": "k1", "stages": "k", "ownership": "public", "inclusive": None, "enrolment": 300, "district": "甲县"},
    {"id": "k2", "stages": "k", "ownership": "private", "inclusive": True, "enrolment": 100, "district": "甲县"},
    {"id": "k3", "stages": "k", "ownership": "private", "inclusive": False, "enrolment": 100, "district": "乙县"},
    {"id": "k4", "stages": "k", "ownership": "private", "inclusive": False, "enrolment": 100, "district": "乙县"},
]


@pytest.fixture(scope="session")
def town(world):
    """town(…) -> a world of four kindergartens with 600 children in two counties."""

    def build(*clauses, schools=KINDERGARTENS, **given):
        return world(*clauses, schools=schools, districts=COUNTIES, **given)

    return build


def test_the_public_share_is_by_child_and_by_school_in_the_city_and_each_county(town, clause, read):
    found = read(town(), clause("public_enrolment_share"))
    assert {key: round(reading.value, 2) for key, reading in found.items()} == {
        ("", "by child"): 50.0, ("a", "by child"): 75.0, ("b", "by child"): 0.0,
        ("", "by school"): 25.0, ("a", "by school"): 50.0, ("b", "by school"): 0.0,
    }  # fmt: skip
    assert found["", "by child"].zh == "公办 300 人 / 合计 600 人 = 50 %（按在校（园）学生计，按学校图层）"
    assert found["", "by school"].en == "public 1 / 4 = 25 % of schools (by school, from the schools layer)"


def test_only_the_share_by_child_is_judged_and_the_share_by_school_is_shown(town, clause):
    rule = clause("public_enrolment_share", operator=">=", low=50, unit="%", year=2025)
    by = {entry.variant_en: entry for entry in build_ledger(town(rule)).entries}
    assert (by["by child"].state, by["by school"].state) == (State.MET, State.SHOWN)


def test_a_clause_on_each_county_fails_where_one_county_does(town, clause):
    rule = clause("public_enrolment_share", operator=">=", low=50, unit="%", scope="county", by_place=True)
    whole, first, second, *_ = build_ledger(town(rule)).entries
    assert (whole.value, whole.state, whole.rows) == (50.0, State.NOT_MET, ("b",))
    assert (first.state, second.state) == (State.MET, State.NOT_MET)


def test_inclusive_counts_public_and_inclusive_private_schools(town, clause, read):
    found = read(town(), clause("inclusive_enrolment_share"))
    assert found["", "by child"].value == pytest.approx(100 * 400 / 600)
    assert found["", "by school"].value == 50.0


def test_schools_of_unknown_kind_or_number_are_left_out_and_said(town, clause, read):
    more = [
        *KINDERGARTENS,
        {"id": "k5", "stages": "k", "ownership": "", "enrolment": 500, "district": "甲县"},
        {"id": "k6", "stages": "k", "ownership": "public", "enrolment": float("nan"), "district": "甲县"},
    ]
    found = read(town(schools=more), clause("public_enrolment_share"))
    assert found["", "by child"].value == 50.0
    assert "2 所性质或数量未注明，未计入" in found["", "by child"].zh
    assert found["", "by child"].rows == ("k5", "k6")
    assert found["", "by school"].value == 40.0
    assert "1 schools left out" in found["", "by school"].en


def test_the_enrolment_table_goes_before_the_schools_layer_and_is_named(town, clause, read):
    table = [{"school": key, "year": 2025, "stages": "k", "pupils": 100} for key in ("k1", "k2", "k3", "k4")]
    old = [{"school": "k1", "year": 2024, "stages": "k", "pupils": 9_999}]
    found = read(town(enrolment=[*old, *table]), clause("public_enrolment_share"))
    assert found["", "by child"].value == 25.0
    assert "按在校生表 2025 年" in found["", "by child"].zh


def test_a_school_that_the_table_does_not_name_counts_as_the_layer_has_it(town, clause, read):
    table = [{"school": "k1", "year": 2025, "stages": "k", "pupils": 700}]
    found = read(town(enrolment=table), clause("public_enrolment_share"))["", "by child"]
    assert (found.value, found.year) == (70.0, 2025)
    assert "按在校生表 2025 年，3 所按学校图层" in found.zh


def test_a_school_of_several_stages_counts_only_with_the_pupils_of_the_stage(town, clause, read):
    schools = [
        {"id": "p1", "stages": "pj", "ownership": "public", "enrolment": 900, "primary_enrolment": 600},
        {"id": "p2", "stages": "p", "ownership": "private", "enrolment": 200, "primary_enrolment": float("nan")},
    ]
    primary = clause("private_enrolment_share", level="primary")
    assert read(town(schools=schools), primary)["", "by child"].value == 25.0
    # without its own figure the school of two stages is unknown and not guessed
    schools[0] |= {"primary_enrolment": float("nan")}
    found = read(town(schools=schools), primary)["", "by child"]
    assert (found.value, found.rows) == (100.0, ("p1",))
    # both stages together are known
    assert read(town(schools=schools), clause("private_enrolment_share", level="compulsory"))[
        "", "by child"
    ].value == pytest.approx(100 * 200 / 1100)


def test_a_closed_school_and_one_that_is_not_open_yet_do_not_count(town, clause, read):
    schools = [
        *KINDERGARTENS,
        {"id": "k5", "stages": "k", "ownership": "public", "enrolment": 600, "year_close": 2024},
        {"id": "k6", "stages": "k", "ownership": "public", "enrolment": 600, "year_open": 2030},
    ]
    assert read(town(schools=schools), clause("public_enrolment_share"))["", "by child"].value == 50.0


def test_without_schools_the_official_share_answers(world, clause, read):
    told = [{"indicator": "public_enrolment_share", "stages": "k", "year": 2024, "value": 61.5, "source": "市教育局"}]
    found = read(world(statistics=told), clause("public_enrolment_share", operator=">=", low=58))
    assert found["", "by child"].value == 61.5
    assert found["", "by child"].zh == "统计数 2024 年 61.5，市教育局"


def test_without_anything_all_that_would_serve_is_named(world, clause, read):
    with pytest.raises(NoDataError) as caught:
        read(world(), clause("public_enrolment_share"))
    assert [need.role for need in caught.value.needs] == ["schools", "statistics"]


def test_a_baseline_takes_the_official_figure_of_its_own_year_first(town, clause, read):
    told = [{"indicator": "public_enrolment_share", "stages": "k", "year": year, "value": value}
            for year, value in ((2020, 35.84), (2024, 61.5))]  # fmt: skip
    published = clause("public_enrolment_share", operator="baseline", low=35.84, year=2020)
    assert read(town(statistics=told), published)["", "by child"].value == 35.84


def test_inclusive_and_public_are_judged_each_against_its_own_figure(town, clause, read):
    both = clause("public_and_inclusive_share", operator=">=", low=85, unit="%", options={"public_low": 50})
    found = {key[1]: reading for key, reading in read(town(), both).items() if key[0] == ""}
    inclusive, public = found.values()
    assert (inclusive.state, public.state) == (State.NOT_MET, State.MET)
    assert inclusive.short == pytest.approx(85 - 100 * 400 / 600)
    assert [variant.endswith(("≥ 85 %", "≥ 50 %")) for variant in found] == [True, True]


def test_a_share_that_can_be_read_both_ways_is_ambiguous_with_both_would_be_verdicts(town, clause):
    rule = clause("public_share_both_ways", operator=">=", low=50, unit="%")
    by = {entry.variant_en: entry for entry in build_ledger(town(rule)).entries}
    assert {entry.state for entry in by.values()} == {State.AMBIGUOUS}
    assert by["by child"].en.endswith("read so it would be met")
    assert by["by school"].zh.endswith("若按此口径：不符合")


def test_seats_of_public_schools_are_shared_by_seat(town, clause, read):
    schools = [
        {"id": "p1", "stages": "p", "ownership": "public", "capacity": 900},
        {"id": "p2", "stages": "p", "ownership": "private", "capacity": 300},
    ]
    (reading,) = read(town(schools=schools), clause("public_seat_share", level="compulsory")).values()
    assert reading.value == 75.0
    assert "政府购买" in reading.zh


def test_boarders_over_pupils_are_the_boarding_share_and_the_rest_are_day_pupils(town, clause, read):
    schools = [
        {"id": "j1", "stages": "j", "area": "rural", "enrolment": 300, "boarders": 200},
        {"id": "j2", "stages": "j", "area": "rural", "enrolment": 100, "boarders": 0},
        {"id": "j3", "stages": "j", "area": "urban", "enrolment": 900, "boarders": 900},
    ]
    rule = clause("boarding_share", level="junior", scope="rural")
    assert read(town(schools=schools), rule)["", ""].value == 50.0
    assert read(town(schools=schools), clause("day_share", level="junior", scope="rural"))["", ""].value == 50.0


def test_beds_stand_for_boarders_but_never_for_more_than_the_pupils(town, clause, read):
    schools = [{"id": "j1", "stages": "j", "area": "rural", "enrolment": 100, "boarding_beds": 400}]
    found = read(town(schools=schools), clause("boarding_share", level="junior", scope="rural"))["", ""]
    assert found.value == 100.0
    assert found.zh.startswith("寄宿床位 100 / 在校 100")


def test_town_and_country_come_from_the_school_else_from_its_district(world, clause, read):
    schools = [
        {"id": "j1", "stages": "j", "area": "", "enrolment": 100, "boarders": 80, "district": "甲县"},
        {"id": "j2", "stages": "j", "area": "", "enrolment": 100, "boarders": 0, "district": "乙县"},
    ]
    districts = [COUNTIES[0] | {"area": "rural"}, COUNTIES[1] | {"area": "urban"}]
    rule = clause("boarding_share", level="junior", scope="rural")
    assert read(world(schools=schools, districts=districts), rule)["", ""].value == 80.0
    with pytest.raises(NoDataError, match="area"):
        read(world(schools=schools), rule)


def test_vocational_pupils_are_set_against_general_senior_ones(town, clause):
    schools = [
        {"id": "s1", "stages": "s", "branch": "ordinary", "enrolment": 1000},
        {"id": "v1", "stages": "", "branch": "vocational", "enrolment": 920},
    ]
    rule = clause("vocational_ratio", level="senior", operator="~=", low=1, high=1)
    (entry,) = build_ledger(town(rule, schools=schools)).entries
    assert (entry.value, entry.state) == (0.92, State.MET)


SCHOOL = st.tuples(st.sampled_from(["public", "private"]), st.booleans(), st.integers(0, 500))


@settings(deadline=None)
@given(st.lists(SCHOOL, min_size=1, max_size=12))
def test_public_and_private_shares_add_up_and_inclusive_is_never_below_public(world, clause, read, schools):
    rows = [
        {"id": f"k{at}", "stages": "k", "ownership": owner, "inclusive": flag, "enrolment": pupils}
        for at, (owner, flag, pupils) in enumerate(schools)
    ]
    here = world(schools=rows)
    shares = [
        read(here, clause(name))["", "by child"].value
        for name in ("public_enrolment_share", "private_enrolment_share", "inclusive_enrolment_share")
    ]
    if sum(pupils for *_, pupils in schools) == 0:
        assert shares == [None, None, None]
    else:
        public, private, inclusive = shares
        assert public + private == pytest.approx(100)
        assert public - 1e-9 <= inclusive <= 100 + 1e-9


def test_senior_seats_of_a_complete_secondary_school_are_no_compulsory_seats(town, clause, read):
    schools = [
        {"id": "a", "stages": "js", "ownership": "public", "capacity": 1000, "junior_enrolment": 300,
         "senior_enrolment": 700},
        {"id": "b", "stages": "j", "ownership": "private", "capacity": 300},
    ]  # fmt: skip
    found = next(iter(read(town(schools=schools), clause("public_seat_share", level="junior")).values()))
    assert found.value == 50.0


def test_beds_go_before_boarders_as_on_the_map(town, clause, read):
    schools = [{"id": "j1", "stages": "j", "area": "rural", "enrolment": 100, "boarding_beds": 40, "boarders": 70},
               {"id": "j2", "stages": "j", "area": "rural", "enrolment": 100, "boarders": 80}]  # fmt: skip
    assert read(town(schools=schools), clause("boarding_share", level="junior", scope="rural"))["", ""].value == 60.0


def test_vocational_schools_that_do_not_tell_are_not_counted_as_empty(town, clause):
    schools = [{"id": "s1", "stages": "s", "branch": "ordinary", "enrolment": 1000},
               {"id": "v1", "branch": "vocational"}, {"id": "v2", "branch": "vocational"}]  # fmt: skip
    rule = clause("vocational_ratio", level="senior", operator="~=", low=1, high=1)
    (entry,) = build_ledger(town(rule, schools=schools)).entries
    assert (entry.value, entry.state) == (None, State.NO_DATA)
