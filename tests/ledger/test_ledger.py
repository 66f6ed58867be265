"""The engine: one clause, its readings, the entries that come of them."""

import json
from dataclasses import replace

import pytest

from geoplan.ledger import Deadline, Indicator, Need, NoDataError, Reading, build_ledger
from geoplan.ledger.indicators import INDICATORS
from geoplan.ledger.needs import needs_words
from geoplan.rules import Kind, State

DISTRICTS = [{"id": "a", "name": "甲县"}, {"id": "b", "name": "乙县"}, {"id": "c", "name": "丙县"}]


@pytest.fixture
def toy(monkeypatch):
    """toy({place: value}) registers the indicator `toy` that reads these, or raises what is given."""

    def register(answer, **given):
        def read(world, clause):
            del world, clause
            if isinstance(answer, Exception):
                raise answer
            if isinstance(answer, list):
                return answer
            return [Reading(place, value, f"数 {value}", f"figure {value}", **given) for place, value in answer.items()]

        needs = (Need("schools", ("ownership", "enrolment")),)
        monkeypatch.setitem(INDICATORS, "toy", Indicator("toy", "玩具", "toy", "%", needs, read))

    return register


@pytest.fixture(scope="session")
def entries(world):
    """entries(clause, as_of=…, districts=…) -> the entries of a ledger of one clause."""

    def build(clause, **given):
        return build_ledger(world(clause, **given)).entries

    return build


def test_a_rule_gives_its_figure_verdict_target_and_source(toy, entries, clause):
    toy({"": 57.0})
    (entry,) = entries(clause("toy", operator=">=", low=58, unit="%", year=2025))
    assert (entry.value, entry.unit, entry.state) == (57.0, "%", State.NOT_MET)
    assert entry.deadline is Deadline.PASSED
    assert entry.verdict_zh == "已到期：不符合"
    assert entry.verdict_en == "deadline passed: not met"
    assert (entry.short, entry.short_unit) == (1.0, "%")
    plain = entry.as_dict()
    assert plain["target"] == "≥ 58 %"
    assert plain["source"] == "plan.txt:1"


def test_of_several_readings_of_a_clause_the_first_of_the_whole_stands_for_it(toy, world, clause):
    toy([Reading("a", 1.0, "a", "a"), Reading("", 57.0, "一", "one"), Reading("", 60.0, "二", "two")])
    shown = clause("toy", id="T-2", kind="baseline")
    ledger = build_ledger(world(clause("toy", operator=">=", low=58, unit="%"), shown, districts=DISTRICTS))
    assert [(entry.clause.id, entry.place, entry.value) for entry in ledger.whole_verdicts] == [("T-1", "", 57.0)]


def test_a_deadline_in_2022_seen_from_2026_is_passed_whatever_the_verdict(toy, entries, clause):
    rule = clause("toy", operator="<=", high=5, unit="%", year=2022)
    toy({"": 4.0})
    assert entries(rule)[0].verdict_zh == "已到期：符合"
    toy({"": 6.0})
    assert entries(rule)[0].verdict_zh == "已到期：不符合"
    toy(NoDataError("schools", "ownership"))
    assert entries(rule)[0].verdict_zh == "已到期：缺数据"


def test_the_same_clause_seen_from_2021_is_open(toy, entries, clause):
    toy({"": 6.0})
    (entry,) = entries(clause("toy", operator="<=", high=5, year=2022), as_of=2021)
    assert entry.verdict_zh == "未到期：不符合"


def test_a_clause_without_a_year_has_a_verdict_without_deadline(toy, entries, clause):
    toy({"": 6.0})
    assert entries(clause("toy", operator="<=", high=5))[0].verdict_zh == "不符合"


def test_no_data_names_the_layer_and_the_columns_in_both_languages(toy, entries, clause):
    toy(NoDataError("schools", "ownership", "enrolment"))
    (entry,) = entries(clause("toy", operator=">=", low=58))
    assert entry.state is State.NO_DATA
    assert entry.zh == "缺数据：需要 学校（schools）：公办或民办、在校生（在园幼儿）数"
    assert entry.en == "no data: needs schools: ownership, enrolment (公办或民办 / 在校生（在园幼儿）数)"
    assert entry.needs == (Need("schools", ("ownership", "enrolment")),)
    assert entry.as_dict()["needs"] == ["schools: ownership, enrolment"]


def test_an_error_that_names_no_column_is_answered_with_the_indicators_own_needs(toy, entries, clause):
    toy(NoDataError("schools"))
    (entry,) = entries(clause("toy", operator=">=", low=58))
    assert entry.needs == (Need("schools", ("ownership", "enrolment")),)


def test_an_indicator_that_reads_nothing_gives_no_data(toy, entries, clause):
    toy([])
    assert entries(clause("toy"))[0].state is State.NO_DATA


def test_what_would_serve_as_well_is_named_with_an_or():
    zh, en = needs_words((Need("schools", ("capacity",)), Need("statistics", ("indicator=retention_rate",))))
    assert zh == "缺数据：需要 学校（schools）：学位数（个）；或 统计指标表（statistics）：指标名称为“巩固率”"
    assert en.startswith("no data: needs schools: capacity (学位数（个）); or statistics: indicator=retention_rate")


def test_a_place_is_named_as_such():
    assert needs_words((Need("population", ("place",)),))[0].endswith("：位置")


def test_without_by_place_only_the_whole_is_entered(toy, entries, clause):
    toy({"": 60.0, "a": 10.0})
    (entry,) = entries(clause("toy", operator=">=", low=58), districts=DISTRICTS)
    assert (entry.place, entry.state) == ("", State.MET)


def test_by_place_every_county_is_entered_and_a_silent_one_has_no_data(toy, entries, clause):
    toy({"": 60.0, "a": 10.0, "b": 70.0})
    found = entries(clause("toy", operator=">=", low=58, by_place=True), districts=DISTRICTS)
    assert [(entry.place, entry.place_name, entry.state) for entry in found] == [
        ("", "", State.MET), ("a", "甲县", State.NOT_MET), ("b", "乙县", State.MET), ("c", "丙县", State.NO_DATA),
    ]  # fmt: skip
    assert "公办或民办" in found[3].zh


def test_a_clause_on_every_county_is_met_only_by_every_county(toy, entries, clause):
    rule = clause("toy", operator=">=", low=58, by_place=True, scope="county")
    toy({"": 60.0, "a": 10.0, "b": 70.0, "c": 80.0})
    whole = entries(rule, districts=DISTRICTS)[0]
    assert (whole.value, whole.state, whole.rows) == (60.0, State.NOT_MET, ("a",))
    assert whole.zh == "数 60.0；3 个县（市、区）中 2 个符合；不符合：甲县"
    toy({"": 60.0, "a": 58.0, "b": 70.0, "c": 80.0})
    assert entries(rule, districts=DISTRICTS)[0].state is State.MET


def test_an_indicator_of_counties_alone_is_summed_up_for_the_whole(toy, entries, clause):
    toy({"a": 3.0, "b": 1.0, "c": 5.0})
    found = entries(clause("toy", operator=">=", low=3, by_place=True), districts=DISTRICTS)
    assert [entry.state for entry in found] == [State.NOT_MET, State.MET, State.NOT_MET, State.MET]
    assert (found[0].value, found[0].en) == (None, "2 of 3 counties meet it; not met: 乙县")


def test_counties_that_a_clause_does_not_speak_of_are_not_counted(toy, entries, clause):
    toy([Reading("a", 1.0, "", "", state=State.MET), Reading("b", None, "", "", state=State.NOT_APPLICABLE)])
    (whole,) = entries(clause("toy", operator=">=", low=1), districts=DISTRICTS)
    assert (whole.state, whole.en) == (State.MET, "1 of 1 counties meet it")


def test_two_readings_of_one_clause_stay_two_entries(toy, entries, clause):
    toy([Reading("", 60.0, "", "", "按人", "by child"), Reading("", 40.0, "", "", "按所", "by school")])
    found = entries(clause("toy", operator=">=", low=50))
    assert [(entry.variant_en, entry.state) for entry in found] == [
        ("by child", State.MET), ("by school", State.NOT_MET),
    ]  # fmt: skip


def test_a_baseline_is_shown_beside_the_computed_figure(toy, entries, clause):
    toy({"": 85.894})
    (entry,) = entries(clause("toy", kind="baseline", operator="=", low=85.9, high=85.9, unit="%", year=2020))
    assert (entry.state, entry.deadline, entry.value) == (State.SHOWN, Deadline.NONE, 85.894)
    assert entry.zh == "公布（2020年）85.9 %，算得 85.89 %，一致；数 85.894"


def test_a_baseline_without_data_is_shown_with_what_is_missing(toy, entries, clause):
    toy(NoDataError("schools", "ownership"))
    published = clause("toy", kind="baseline", operator="=", low=85.9, high=85.9, unit="%", year=2020)
    (entry,) = entries(published)
    assert entry.state is State.SHOWN
    assert entry.en == "published (2020) 85.9 %; no data: needs schools: ownership (公办或民办)"
    # the plan's own indicator table is a rule with a base year: without data it stays open
    (entry,) = entries(replace(published, kind=Kind.RULE, operator="baseline"))
    assert entry.state is State.NO_DATA


def test_a_baseline_without_an_indicator_is_shown_as_published(entries, clause):
    (entry,) = entries(clause(kind="baseline", operator="=", low=3773, high=3773, unit="所", year=2020))
    assert (entry.state, entry.zh, entry.en) == (State.SHOWN, "公布（2020年）3,773 所", "published (2020) 3,773 所")


def test_a_sentence_is_shown_as_a_sentence(entries, clause):
    (entry,) = entries(clause(kind="text", text="优化布局"))
    assert (entry.state, entry.zh) == (State.SHOWN, "文字表述，不作计算")


def test_a_table_that_the_text_does_not_hold_is_missing_in_source(entries, clause):
    (entry,) = entries(clause(kind="text", quantity="indicator_table", notice_zh="专栏2不在文本中。", notice_en="x."))
    assert (entry.state, entry.zh, entry.en) == (State.NO_DATA, "原文缺失。专栏2不在文本中。", "missing in source. x.")


def test_the_ledger_counts_groups_and_finds_its_entries(toy, world, clause):
    toy({"": 60.0, "a": 10.0, "b": 70.0, "c": 1.0})
    ledger = build_ledger(
        world(
            clause("toy", id="T-1", operator=">=", low=58, by_place=True),
            clause("toy", id="T-2", operator=">=", low=70),
            districts=DISTRICTS,
        )
    )
    assert ledger.counts[State.MET] == 2
    assert ledger.counts[State.NOT_MET] == 3
    assert sum(ledger.counts.values()) == len(ledger.entries) == 5
    assert [entry.clause.id for entry in ledger.of("T-2")] == ["T-2"]
    assert ledger.of("T-9") == ()
    assert {place: len(found) for place, found in ledger.by_place.items()} == {"": 2, "a": 1, "b": 1, "c": 1}
    assert repr(ledger) == "Ledger(test, 2026: 5 entries; 2 met, 3 not_met)"
    assert json.loads(json.dumps(ledger.as_dict()))["counts"]["met"] == 2


def test_a_profile_without_clauses_gives_an_empty_ledger_and_a_warning(world):
    ledger = build_ledger(world(book="national"))
    assert ledger.entries == ()
    assert [finding.code for finding in ledger.findings] == ["no-clauses"]


def test_a_ledger_of_one_world_is_always_the_same(toy, world, clause):
    toy({"": 60.0, "b": 10.0, "a": 70.0})
    build = [
        build_ledger(world(clause("toy", operator=">=", low=58, by_place=True), districts=DISTRICTS)).as_dict()
        for _ in range(2)
    ]
    assert build[0] == build[1]
