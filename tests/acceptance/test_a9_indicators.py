"""A9 of the acceptance page: indicators with their denominators, operators and traps, and Anyang's 65 projects."""

import importlib.util
import sys
from collections import Counter
from pathlib import Path

import pytest

from geoplan.ledger import build_ledger, project_list
from geoplan.ledger.matching import Planned
from geoplan.rules import Level, State


def _worlds():
    name = "tests_ledger_worlds"
    if name not in sys.modules:
        path = Path(__file__).parents[1] / "ledger" / "worlds.py"
        spec = importlib.util.spec_from_file_location(name, path)
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


a_world, a_clause = _worlds().a_world, _worlds().a_clause


def kindergartens(*groups):
    """(schools, children, ownership, inclusive): the children as even as whole numbers allow."""
    rows = []
    for schools, children, owner, inclusive in groups:
        each, more = divmod(children, schools)
        rows += [
            {"id": f"{owner}{inclusive}{at}", "stages": "k", "ownership": owner, "inclusive": inclusive,
             "enrolment": each + (at < more)} for at in range(schools)
        ]  # fmt: skip
    return rows


ZHENGZHOU = kindergartens(
    (472, 154_112, "public", None),
    (983, 351_955 - 154_112, "private", True),
    (393, 430_000 - 351_955, "private", False),
)


def by_variant(entries):
    return {entry.variant_en: entry for entry in entries}


def test_zhengzhou_2020_is_inclusive_for_78_73_percent_of_schools_and_81_85_percent_of_children():
    found = by_variant(build_ledger(a_world(book="zhengzhou", as_of=2020, schools=ZHENGZHOU)).of("ZZ-B-04"))
    assert (round(found["by school"].value, 2), round(found["by child"].value, 2)) == (78.73, 81.85)
    assert found["by child"].zh.startswith("公布（2020年）81.85 %，算得 81.85 %，一致")
    assert "公布" not in found["by school"].zh
    assert "按学校（园）数计" in found["by school"].zh
    assert "1,455 所 / 合计 1,848 所 = 78.73 %" in found["by school"].zh


def test_zhengzhou_2020_is_public_for_25_54_percent_of_schools_and_35_84_percent_of_children():
    found = by_variant(build_ledger(a_world(book="zhengzhou", as_of=2020, schools=ZHENGZHOU)).of("ZZ-I-05"))
    assert (round(found["by school"].value, 2), round(found["by child"].value, 2)) == (25.54, 35.84)
    assert "公办 472 所 / 合计 1,848 所" in found["by school"].zh
    assert "公办 154,112 人 / 合计 430,000 人" in found["by child"].zh
    assert {entry.state for entry in found.values()} == {State.SHOWN}


def test_zhengzhou_met_neither_of_its_targets_in_2020():
    ledger = build_ledger(a_world(book="zhengzhou", as_of=2020, schools=ZHENGZHOU))
    assert by_variant(ledger.of("ZZ-I-04"))["by child"].state is State.NOT_MET
    assert by_variant(ledger.of("ZZ-I-06"))["by child"].state is State.NOT_MET
    assert by_variant(ledger.of("ZZ-I-04"))["by child"].verdict_zh == "未到期：不符合"


def test_261633_of_304600_children_are_85_89_percent_and_agree_with_85_9():
    schools = kindergartens((1746, 261_633, "public", None), (601, 304_600 - 261_633, "private", False))
    schools[0]["inclusive"] = True  # the column is there
    (child, _) = build_ledger(a_world(book="xingtai", as_of=2020, schools=schools)).of("XT-B-08")
    assert round(child.value, 2) == 85.89
    assert child.zh.startswith("公布（2020年）85.9 %，算得 85.89 %，一致")


@pytest.mark.parametrize("value", [112.01, 100.5])
def test_retention_above_100_percent_is_accepted_with_a_note(value):
    told = [{"indicator": "retention_rate", "level": "compulsory", "year": 2020, "value": value}]
    (entry,) = build_ledger(a_world(book="zhengzhou", statistics=told)).of("ZZ-I-07")
    assert (entry.value, entry.state) == (value, State.SHOWN)
    assert "超过 100 %，有外来学生流入" in entry.zh
    assert ("一致" in entry.zh.replace("不一致", "")) is (value == 112.01)


def share_of(share, plan, clause):
    """The state of a plan's clause on the inclusive share where `share` % of 10,000 children are counted."""
    inside = round(share * 100)
    schools = kindergartens((1, inside, "private", True), (1, 10_000 - inside, "private", False))
    return by_variant(build_ledger(a_world(book=plan, schools=schools)).of(clause))["by child"]


@pytest.mark.parametrize(
    ("share", "plan", "clause", "state"),
    [
        (85.00, "zhengzhou", "ZZ-I-04", State.NOT_MET),
        (85.01, "zhengzhou", "ZZ-I-04", State.MET),
        (89.00, "xingtai", "XT-I-16", State.MET),
        (89.00, "xingtai", "XT-R-14", State.MET),
        (88.99, "xingtai", "XT-I-16", State.NOT_MET),
        (85.00, "anyang", "AY-I-03", State.MET),
    ],
)
def test_above_is_strict_and_at_least_is_met_at_its_figure(share, plan, clause, state):
    entry = share_of(share, plan, clause)
    assert entry.value == pytest.approx(share)
    assert entry.state is state


def test_the_same_85_percent_meets_zhengzhous_sentence_and_not_its_table():
    schools = kindergartens((1, 8_500, "public", None), (1, 1_500, "private", False))
    ledger = build_ledger(a_world(book="zhengzhou", schools=schools))
    assert by_variant(ledger.of("ZZ-I-04"))["by child"].state is State.NOT_MET
    assert {entry.state for entry in ledger.of("ZZ-I-23")} == {State.MET}


def test_anyangs_public_share_is_ambiguous_whatever_the_figures():
    for public in (100, 5_000, 9_900):
        schools = kindergartens((3, public, "public", None), (7, 10_000 - public, "private", False))
        entries = build_ledger(a_world(book="anyang", schools=schools)).of("AY-I-05")
        assert [entry.state for entry in entries] == [State.AMBIGUOUS, State.AMBIGUOUS]
        assert [round(entry.value, 2) for entry in entries] == [public / 100, 30.0]
        assert "条文有歧义" in entries[0].verdict_zh
        assert entries[1].zh.endswith("若按此口径：不符合")


def test_anyangs_target_table_is_missing_in_source():
    (entry,) = build_ledger(a_world(book="anyang")).of("AY-I-13")
    assert entry.clause.citation == "001_61ca6bd26030f4aa.txt:146"
    assert entry.state is State.NO_DATA
    assert entry.en.startswith("missing in source")
    assert entry.value is None


@pytest.mark.parametrize(
    ("people", "state"), [(200_001, State.NOT_MET), (200_000, State.NOT_APPLICABLE), (199_999, State.NOT_APPLICABLE)]
)
def test_a_county_of_200001_people_needs_a_special_school_and_one_of_199999_does_not(people, state):
    districts = [{"id": "a", "name": "甲县", "people": people}]
    schools = [{"id": "p1", "stages": "p", "branch": "ordinary", "district": "甲县"}]
    whole, county = build_ledger(a_world(book="anyang", districts=districts, schools=schools)).of("AY-R-22")
    assert (whole.state, county.state) == (state, state)
    schools.append({"id": "s1", "stages": "", "branch": "special", "district": "甲县"})
    county = build_ledger(a_world(book="anyang", districts=districts, schools=schools)).of("AY-R-22")[1]
    assert county.state is (State.MET if state is State.NOT_MET else State.NOT_APPLICABLE)


def test_anyang_names_65_projects_by_county_and_level():
    found = project_list(a_world(book="anyang"))
    assert len(found.named) == 65
    assert [total.projects for total in found.totals("county")] == [5, 7, 10, 6, 8, 8, 5, 5, 6, 5]
    levels = Counter(line.clause.level for line in found.named)
    unsure = levels.pop(Level.SECONDARY_UNKNOWN) + levels.pop(Level.NINE_YEAR_UNKNOWN, 0)
    assert unsure == 11
    assert levels == {
        Level.PRIMARY: 25, Level.JUNIOR: 11, Level.SENIOR: 9, Level.KINDERGARTEN: 7, Level.SPECIAL: 1,
        Level.NINE_YEAR: 1,
    }  # fmt: skip
    assert {line.deadline.value for line in found.named} == {"passed"}


def test_zz_p_04_gives_42_25_classes_2125_seats_and_50_3_pupils_a_class():
    (line,) = [line for line in project_list(a_world(book="zhengzhou")).lines if line.clause.id == "ZZ-P-04"]
    assert "校均 42.25 班、校均学位 2,125 个、班均学位 50.3 个" in line.zh


BASE = {
    "xingtai": [
        ("XT-B-01", "school_count", {"level": "all"}, 3773), ("XT-B-02", "enrolment", {"level": "all"}, 1_703_326),
        ("XT-B-04", "school_count", {"stages": "k"}, 2347), ("XT-B-06", "enrolment", {"stages": "k"}, 304_600),
        ("XT-B-14", "school_count", {"stages": "s"}, 64),
    ],
    "anyang": [
        ("AY-B-01", "school_count", {"level": "all"}, 3404), ("AY-B-02", "enrolment", {"level": "all"}, 1_442_600),
        ("AY-B-03", "school_count", {"stages": "k"}, 1801), ("AY-B-05", "enrolment", {"level": "compulsory"}, 915_000),
        ("AY-B-07", "school_count", {"stages": "s"}, 59), ("AY-B-08", "enrolment", {"stages": "s"}, 122_600),
    ],
    "zhengzhou": [("ZZ-B-02", "school_count", {"stages": "k"}, 1848)],
}  # fmt: skip


@pytest.mark.parametrize("plan", BASE)
def test_the_base_figures_of_2020_are_reproduced_from_a_small_statistics_table(plan):
    told = [{"indicator": name, "year": 2020, "value": value} | level for _, name, level, value in BASE[plan]]
    ledger = build_ledger(a_world(book=plan, statistics=told))
    for identifier, _, _, value in BASE[plan]:
        (entry,) = ledger.of(identifier)
        assert (entry.value, entry.state) == (value, State.SHOWN)
        assert "，一致；" in entry.zh


def test_a_base_figure_that_is_one_off_is_told():
    told = [{"indicator": "school_count", "level": "all", "year": 2020, "value": 3772}]
    (entry,) = build_ledger(a_world(book="xingtai", statistics=told)).of("XT-B-01")
    assert "，不一致；" in entry.zh


def test_257_projects_of_34778_seats_are_135_each():
    (entry,) = build_ledger(a_world(book="anyang")).of("AY-B-10")
    assert entry.zh.startswith("公布（2016-2020）34,778 个；校均学位 135.32 个；缺数据")
    assert Planned(257, None, 34_778).words()[1] == "135.32 seats a school"
