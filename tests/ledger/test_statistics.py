import pytest

from geoplan.ledger import NoDataError, build_ledger
from geoplan.rules import State

COUNTIES = [{"id": key, "name": name} for key, name in (("a", "甲县"), ("b", "乙县"), ("c", "丙县"), ("d", "丁县"))]


def a_figure(indicator, value, year=2024, **given):
    return {"indicator": indicator, "value": value, "year": year} | given


def one(found):
    return found["", ""]


def test_an_official_figure_is_cited_with_its_year_and_source(world, clause, read):
    told = [a_figure("disabled_enrolment_rate", 98.5, source="市教育局")]
    found = one(read(world(statistics=told), clause("statistic", options={"name": "disabled_enrolment_rate"})))
    assert (found.value, found.zh) == (98.5, "统计数 2024 年 98.5，市教育局")


def test_without_the_figure_the_word_that_is_looked_for_is_named(world, clause):
    rule = clause("statistic", level="special", options={"name": "disabled_enrolment_rate"})
    (entry,) = build_ledger(world(rule, statistics=[a_figure("retention_rate", 97)])).entries
    assert entry.state is State.NO_DATA
    assert "disabled_enrolment_rate" in entry.en
    assert "入学率" in entry.zh


def test_the_year_of_the_deadline_decides_once_it_has_passed(world, clause):
    told = [a_figure("retention_rate", value, year) for year, value in ((2020, 96.3), (2025, 97.9), (2026, 98.4))]
    rule = clause("retention_rate", level="compulsory", operator=">=", low=98, unit="%", year=2025)
    (entry,) = build_ledger(world(rule, statistics=told)).entries
    assert (entry.value, entry.verdict_zh) == (97.9, "已到期：不符合")


def test_a_later_figure_serves_where_the_year_of_the_deadline_has_none(world, clause):
    told = [a_figure("retention_rate", value, year) for year, value in ((2020, 96.3), (2026, 98.4))]
    rule = clause("retention_rate", level="compulsory", operator=">=", low=98, unit="%", year=2025)
    (entry,) = build_ledger(world(rule, statistics=told)).entries
    assert (entry.value, entry.state) == (98.4, State.MET)


def test_a_figure_from_before_the_deadline_proves_nothing_after_it(world, clause):
    rule = clause("retention_rate", level="compulsory", operator=">=", low=98, unit="%", year=2025)
    (entry,) = build_ledger(world(rule, statistics=[a_figure("retention_rate", 96.3, 2020)])).entries
    assert (entry.value, entry.state) == (96.3, State.NO_DATA)
    assert entry.zh == "统计数 2020 年 96.3；缺 2025 年及以后的数据，不能判定"
    # while the deadline is open it is how things stand
    (entry,) = build_ledger(world(rule, statistics=[a_figure("retention_rate", 96.3, 2020)], as_of=2024)).entries
    assert entry.verdict_zh == "未到期：不符合"


def test_a_figure_of_the_future_is_not_read(world, clause):
    rule = clause("retention_rate", level="compulsory", operator=">=", low=98)
    (entry,) = build_ledger(world(rule, statistics=[a_figure("retention_rate", 99, 2030)])).entries
    assert entry.state is State.NO_DATA


def test_of_two_rows_of_one_year_the_lower_one_corrects_the_upper(world, clause, read):
    told = [a_figure("retention_rate", 96.3), a_figure("retention_rate", 96.4)]
    assert one(read(world(statistics=told), clause("retention_rate", level="compulsory"))).value == 96.4


def test_levels_are_not_mixed_where_every_level_has_its_own_figure(world, clause, read):
    told = [
        a_figure("gross_enrolment_rate", 93.1, stages="k"),
        a_figure("gross_enrolment_rate", 95.2, stages="s"),
        a_figure("gross_enrolment_rate", 60.0),
    ]
    here = world(statistics=told)
    assert one(read(here, clause("gross_enrolment_rate"))).value == 93.1
    assert one(read(here, clause("gross_enrolment_rate", level="senior"))).value == 95.2
    with pytest.raises(NoDataError):
        read(here, clause("gross_enrolment_rate", level="junior"))


def test_stage_retention_of_compulsory_schools_is_read_stage_by_stage(world, clause):
    told = [a_figure("stage_retention_rate", 100, stages="p"), a_figure("stage_retention_rate", 99.8, stages="j")]
    rule = clause("statistic", level="compulsory", operator="=", low=100, high=100,
                  options={"name": "stage_retention_rate"})  # fmt: skip
    found = build_ledger(world(rule, statistics=told)).entries
    assert [(entry.variant_en, entry.state) for entry in found] == [("primary", State.MET), ("junior", State.NOT_MET)]


def test_counties_of_the_table_give_readings_of_their_own(world, clause):
    told = [a_figure("retention_rate", 99), a_figure("retention_rate", 97, district="甲县"),
            a_figure("retention_rate", 96, district="全市", year=2020)]  # fmt: skip
    rule = clause("retention_rate", level="compulsory", operator=">=", low=98, by_place=True)
    found = build_ledger(world(rule, statistics=told, districts=[{"id": "a", "name": "甲县"}])).entries
    assert [(entry.place, entry.value, entry.state) for entry in found] == [
        ("", 99.0, State.MET), ("a", 97.0, State.NOT_MET),
    ]  # fmt: skip


def test_a_rate_above_100_percent_is_taken_with_a_note(world, clause, read):
    found = one(read(world(statistics=[a_figure("retention_rate", 112.01)]), clause("retention_rate")))
    assert found.value == 112.01
    assert found.zh.endswith("（超过 100 %，有外来学生流入）")


def test_without_an_official_rate_pupils_over_children_of_the_ages_give_it(world, clause, read):
    enrolment = [{"year": 2024, "stages": "k", "district": name, "pupils": pupils}
                 for name, pupils in (("甲县", 400), ("乙县", 440))]  # fmt: skip
    ages = [{"year": 2024, "district": name, "age_3": 100, "age_4": 150, "age_5": 200} for name in ("甲县", "乙县")]
    found = one(read(world(enrolment=enrolment, ages=ages), clause("gross_enrolment_rate")))
    assert found.value == pytest.approx(100 * 840 / 900)
    assert found.zh == "2024 年在校 840 / 适龄 900 = 93.33 %"


def test_a_row_of_the_whole_is_not_added_to_its_counties(world, clause, read):
    enrolment = [{"year": 2024, "stages": "k", "pupils": 840}]
    ages = [{"year": 2024, "district": name, "age_3": n, "age_4": n, "age_5": n}
            for name, n in (("", 300), ("甲县", 100), ("乙县", 200))]  # fmt: skip
    assert one(read(world(enrolment=enrolment, ages=ages), clause("gross_enrolment_rate"))).value == pytest.approx(
        100 * 840 / 900
    )


def test_retention_is_grade_9_over_grade_1_eight_years_before(world, clause, read):
    table = [
        {"year": 2016, "grade": "一年级", "stages": "p", "pupils": 1000},
        {"year": 2016, "grade": "二年级", "stages": "p", "pupils": 5000},
        {"year": 2024, "grade": "九年级", "stages": "j", "pupils": 970},
    ]
    found = one(read(world(enrolment=table), clause("retention_rate", level="compulsory")))
    assert (found.value, found.zh) == (97.0, "2024 年九年级 970 / 2016 年一年级 1,000 = 97 %")
    with pytest.raises(NoDataError) as caught:
        read(world(enrolment=table[1:]), clause("retention_rate", level="compulsory"))
    assert [need.role for need in caught.value.needs] == ["enrolment", "statistics"]


def titles(**years):
    return [a_figure("accredited_county", 1, year, district=name) for name, year in years.items()]


def test_half_of_the_counties_hold_the_title(world, clause):
    rule = clause("county_share", scope="county", operator=">=", low=50, year=2025,
                  options={"name": "accredited_county"})  # fmt: skip
    (entry,) = build_ledger(world(rule, districts=COUNTIES, statistics=titles(甲县=2023, 丙县=2025))).entries
    assert (entry.value, entry.state, entry.rows) == (50.0, State.MET, ("a", "c"))
    # a title won after the deadline came too late
    (entry,) = build_ledger(world(rule, districts=COUNTIES, statistics=titles(甲县=2023, 丙县=2026))).entries
    assert (entry.value, entry.state) == (25.0, State.NOT_MET)


def test_a_title_that_is_lost_does_not_count(world, clause, read):
    told = [*titles(甲县=2022, 乙县=2022), a_figure("accredited_county", 0, 2024, district="甲县")]
    rule = clause("county_count", options={"name": "accredited_county"})
    found = one(read(world(districts=COUNTIES, statistics=told), rule))
    assert (found.value, found.rows) == (1.0, ("b",))


def test_a_count_without_names_is_taken_as_told(world, clause, read):
    told = [a_figure("basic_balanced_county", 9, 2020)]
    rule = clause("county_count", level="compulsory", options={"name": "basic_balanced_county"})
    assert one(read(world(statistics=told), rule)).value == 9.0


def test_grade_1_of_a_junior_school_is_not_grade_1_of_primary_school(world, clause, read):
    """1,000 began, 950 are in grade 9: the junior schools' own grade 1 of eight years before is no beginning."""
    table = [
        {"year": 2016, "grade": "1", "stages": "p", "pupils": 1000},
        {"year": 2016, "grade": "1", "stages": "j", "pupils": 1000},
        {"year": 2024, "grade": "3", "stages": "j", "pupils": 950},
    ]
    assert one(read(world(enrolment=table), clause("retention_rate", level="compulsory"))).value == 95.0


def test_retention_takes_the_counties_that_tell_both_years(world, clause, read):
    table = [{"year": year, "grade": grade, "district": name, "pupils": pupils}
             for name, year, grade, pupils in (
                 ("甲县", 2016, "一年级", 100), ("甲县", 2024, "九年级", 90),
                 ("乙县", 2024, "九年级", 500))]  # fmt: skip
    found = one(read(world(enrolment=table, districts=COUNTIES), clause("retention_rate", level="compulsory")))
    assert (found.value, found.children) == (90.0, (90.0, 100.0))
    assert found.zh.endswith("1 县缺其中一年，未计入")


@pytest.mark.parametrize(
    "parts",
    [
        [{"district": "甲县", "school": "一小"}],
        [{"district": "甲县", "school": "一小", "grade": grade} for grade in ("一年级", "二年级")],
        [{"school": "一小"}, {}],
        [{"district": "甲县", "grade": "一年级"}],
        [{"district": "甲县", "school": "一小", "grade": "一年级1班"}],
    ],
)
def test_a_total_and_its_parts_are_counted_once(world, clause, read, parts):
    """100 pupils of 甲县 told by its total, by its school, by grades, and by the whole project: 100."""
    ages = [{"year": 2024, "district": "甲县", **{f"age_{age}": 100 for age in range(6, 12)}}]
    told = [{"district": "甲县", "pupils": 100}]
    counts = [50] * 2 if len(parts) > 1 and parts[0].get("grade") else [100] * len(parts)
    told += [{"pupils": count, **part} for count, part in zip(counts, parts, strict=True)]
    enrolment = [{"year": 2024, "stages": "p"} | row for row in told]
    schools = [{"id": "p1", "name": "一小", "stages": "p", "district": "甲县"}]
    here = world(enrolment=enrolment, ages=ages, schools=schools, districts=COUNTIES)
    assert one(read(here, clause("gross_enrolment_rate", level="primary"))).children == (100.0, 600.0)


@pytest.mark.parametrize(
    "ages",
    [
        [{"age_0_4": 500, "age_5_9": 500}],
        [{"age": "3-5", "count": 300}],
        [{"age_3": 100, "age_4": 100, "age_5": 100, "area": area} for area in ("urban", "rural", "")],
    ],
)
def test_children_are_read_from_bands_long_tables_and_parts_of_a_place(world, clause, read, ages):
    whole = 600 if len(ages) == 3 else 300
    rows = [{"year": 2024, "district": "甲县"} | row for row in ages]
    here = world(enrolment=[{"year": 2024, "stages": "k", "pupils": 270}], ages=rows)
    assert one(read(here, clause("gross_enrolment_rate"))).children == (270.0, whole)


def test_a_baseline_from_the_statistics_table_is_not_said_to_be_computed(world, clause):
    rule = clause("school_count", kind="baseline", operator="=", low=2, high=2, unit="所", year=2020)
    told = [a_figure("school_count", 2, 2020, stages="k")]
    schools = [{"id": f"k{at}", "stages": "k"} for at in range(3)]
    (entry,) = build_ledger(world(rule, statistics=told, schools=schools)).entries
    assert entry.zh == "公布（2020年）2 所，统计表所载 2 所，一致；统计数 2020 年 2；学校图层 2026 年 3 所"


def test_classes_of_a_grade_are_pupils_once_beside_the_row_of_the_grade(world, clause, read):
    """60 in two classes, 61 in the row of the grade: 61; without that row 60."""
    ages = [{"year": 2024, **{f"age_{age}": 100 for age in range(6, 12)}}]
    classes = [{"year": 2024, "stages": "p", "grade": f"一年级{at}班", "pupils": 30} for at in (1, 2)]
    whole = {"year": 2024, "stages": "p", "grade": "小学一年级", "pupils": 61}
    rule = clause("gross_enrolment_rate", level="primary")
    for rows, pupils in ((classes, 60), ([*classes, whole], 61)):
        assert one(read(world(enrolment=rows, ages=ages), rule)).children[0] == pupils


def test_a_cohort_tells_its_grade_by_the_year(world, clause, read):
    table = [{"year": 2016, "grade": "2016级", "stages": "p", "pupils": 1000},
             {"year": 2024, "grade": "2022级", "stages": "j", "pupils": 970}]  # fmt: skip
    assert one(read(world(enrolment=table), clause("retention_rate", level="compulsory"))).value == 97.0
