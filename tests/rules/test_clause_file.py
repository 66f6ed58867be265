import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geoplan.errors import ConfigError
from geoplan.rules.profile import parse_profile

ROOT = Path(__file__).parents[2]

A_CLAUSE = {
    "id": "T-1",
    "kind": "rule",
    "level": "kindergarten",
    "scope": "county",
    "quantity": "public_enrol_share",
    "operator": ">=",
    "low": 58,
    "unit": "%",
    "year": 2025,
    "clause": "每个县（市、区）公办幼儿园在园幼儿占比达到58%",
    "source": "plan.txt",
    "line": 26,
    "evidence": "plan",
    "indicator": "public_enrolment_share",
}
A_RULE = {
    "id": "T-1",
    "stage": "primary",
    "area": "urban",
    "quantity": "population_per_school",
    "operator": "between",
    "low": 0.7,
    "high": 2,
    "unit": "万人",
    "clause": "按照每0.7-2万人设置1所小学",
    "source": "plan.txt",
    "line": 128,
    "evidence": "plan",
}


def a_profile(*clauses, rules=(), caps=(), **head):
    raw = {"profile": {"id": "mine"} | head, "clauses": list(clauses), "rules": list(rules), "caps": list(caps)}
    return parse_profile(raw, Path("mine.toml"))


def faults_of(*clauses, **parts):
    with pytest.raises(ConfigError) as caught:
        a_profile(*clauses, **parts)
    return str(caught.value)


def without(*keys, **changed):
    return {key: value for key, value in A_CLAUSE.items() if key not in keys} | changed


def test_a_clause_comes_out_as_it_is_written():
    (clause,) = a_profile(A_CLAUSE, sources={"plan.txt": "我市规划"}).clauses
    assert (clause.id, clause.low, clause.high, clause.unit, clause.year) == ("T-1", 58.0, None, "%", 2025)
    assert (clause.citation, clause.source_title, clause.profile) == ("plan.txt:26", "我市规划", "mine")
    assert (clause.operator, clause.by_place, dict(clause.options), clause.period) == (">=", False, {}, "")
    assert clause.target == "≥ 58 %"


def test_lines_of_a_table_are_cited_from_label_to_cell():
    assert a_profile(A_CLAUSE | {"line": "41-42"}).clauses[0].citation == "plan.txt:41-42"


def test_options_and_a_verdict_for_each_county_are_handed_on():
    (clause,) = a_profile(A_CLAUSE | {"by_place": True, "options": {"words": ["省级示范"]}}).clauses
    assert clause.by_place
    assert clause.options == {"words": ["省级示范"]}


def test_a_file_without_clauses_is_a_profile_without_clauses():
    assert parse_profile({"profile": {"id": "mine"}}, Path("mine.toml")).clauses == ()


def test_all_faults_of_all_clauses_are_listed_at_once_with_id_key_and_hint():
    message = faults_of(
        A_CLAUSE | {"indicater": "x"},
        without("source", id="T-2"),
        without(id="T-3", level="kindergarden"),
        without(id="T-4", kind="rules", scope="town", operator="≥"),
        without("id"),
    )
    assert "clauses[1] T-1: indicater: unknown key. Did you mean 'indicator'?" in message
    assert "clauses[2] T-2: source: missing" in message
    assert "clauses[3] T-3: level:" in message
    assert "Did you mean 'kindergarten'?" in message
    assert "clauses[4] T-4: kind:" in message
    assert "clauses[4] T-4: scope:" in message
    assert "clauses[4] T-4: operator:" in message
    assert "clauses[5] (no id): id: missing" in message
    assert message.startswith("mine.toml")


def test_two_clauses_with_one_id_are_a_fault():
    assert "two clauses have the id 'T-1'" in faults_of(A_CLAUSE, A_CLAUSE)


def test_a_clause_of_a_plan_without_a_line_is_a_fault_and_one_of_a_standard_is_none():
    assert "line: missing" in faults_of(without("line"))
    assert a_profile(without("line", evidence="secondary")).clauses[0].citation == "plan.txt"


@pytest.mark.parametrize("line", [0, -3, True, 2.5, "41 to 42", "", "4-", "0-3"])
def test_a_line_that_is_no_line_is_a_fault(line):
    assert "line: expected" in faults_of(A_CLAUSE | {"line": line})


@pytest.mark.parametrize(
    "bounds",
    [
        {"operator": ">="},
        {"operator": ">=", "low": 1, "high": 2},
        {"operator": "<=", "low": 1},
        {"operator": "=", "low": 1},
        {"operator": "between", "high": 1},
        {"operator": "", "low": 1},
        {"low": 1},
        {"operator": "baseline", "low": 1},
    ],
)
def test_an_operator_without_its_bounds_or_a_bound_without_operator_is_a_fault(bounds):
    assert "operator" in faults_of(without("operator", "low", **bounds))


def test_a_baseline_may_have_no_figure_for_a_table_may_show_a_dash():
    (clause,) = a_profile(without("low", kind="baseline", operator="baseline")).clauses
    assert (clause.low, clause.target) == (None, "")


def test_bounds_upside_down_or_two_figures_for_one_are_faults():
    assert "low 3 is above high 2" in faults_of(A_CLAUSE | {"operator": "between", "low": 3, "high": 2})
    assert "alike" in faults_of(A_CLAUSE | {"operator": "=", "low": 2, "high": 3})


@pytest.mark.parametrize("bound", ["58", True, -1, float("nan"), float("inf"), [58]])
def test_a_bound_that_is_no_number_from_zero_is_a_fault(bound):
    assert "low: expected a number" in faults_of(A_CLAUSE | {"low": bound})


def test_a_bound_of_zero_is_a_target_like_any_other():
    assert a_profile(A_CLAUSE | {"operator": "=", "low": 0, "high": 0}).clauses[0].target == "= 0 %"


def test_years_that_are_not_one_year_go_into_period():
    assert "write years" in faults_of(A_CLAUSE | {"year": "2016-2020"})
    assert a_profile(without("year", period="2016-2020")).clauses[0].period == "2016-2020"


@pytest.mark.parametrize(
    ("key", "value"), [("by_place", "yes"), ("options", ["words"]), ("clause", 3), ("notice_zh", 1), ("unit", 5)]
)
def test_a_value_of_another_kind_than_its_key_is_a_fault_that_names_the_key(key, value):
    assert f"T-1: {key}" in faults_of(A_CLAUSE | {key: value})


def test_a_clause_without_words_is_a_fault():
    assert "clause: expected text, found none" in faults_of(A_CLAUSE | {"clause": " "})


def test_a_clause_to_be_computed_needs_an_indicator_and_one_to_be_read_has_none():
    assert "indicator: missing" in faults_of(without("indicator"))
    assert "text is not computed" in faults_of(A_CLAUSE | {"kind": "text"})


def test_a_notice_in_one_language_only_is_a_fault():
    assert "both or neither" in faults_of(A_CLAUSE | {"notice_en": "x"})


def test_clauses_that_are_no_list_of_tables_are_a_fault():
    with pytest.raises(ConfigError, match=r"headed \[\[clauses\]\]"):
        parse_profile({"profile": {"id": "mine"}, "clauses": {"id": "T-1"}}, Path("mine.toml"))


BAND = without("year", scope="urban", level="primary", unit="万人", operator="between", low=0.7, high=2) | {
    "clause": A_RULE["clause"],
    "line": 128,
}


def test_a_clause_that_is_also_a_rule_stands_in_both_lists_under_one_id():
    profile = a_profile(BAND, rules=[A_RULE])
    assert profile.rules[0].id == profile.clauses[0].id
    assert (profile.rules[0].high, profile.clauses[0].high) == (20_000.0, 2.0)


@pytest.mark.parametrize(
    ("key", "value"), [("clause", "每0.7-2万人设置1所小学"), ("source", "other.txt"), ("line", 129), ("high", 3)]
)
def test_a_clause_and_a_rule_of_one_id_that_say_different_things_are_a_fault(key, value):
    message = faults_of(BAND | {key: value}, rules=[A_RULE])
    assert f"T-1: {key} is" in message
    assert "in [[clauses]]" in message


def test_a_head_that_is_no_table_or_lenders_that_are_no_list_are_faults_and_no_crash():
    assert "radius_profiles" in faults_of(A_CLAUSE, radius_profiles="national")
    assert "sources" in faults_of(A_CLAUSE, sources=["plan.txt"])
    with pytest.raises(ConfigError, match=r"\[profile\]"):
        parse_profile({"profile": "mine"}, Path("mine.toml"))


@given(
    st.dictionaries(
        st.sampled_from(sorted(A_CLAUSE)),
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats()
        | st.text(max_size=4)
        | st.lists(st.integers(), max_size=2),
    )
)
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_any_value_whatever_gives_a_clause_or_a_list_of_faults_and_never_another_error(changed):
    try:
        found = [clause.quantity for clause in a_profile(A_CLAUSE | changed).clauses]
    except ConfigError:
        found = [None]
    assert len(found) == 1


DOCUMENTED = re.findall(r"```toml\n(.*?)```", (ROOT / "docs" / "rules.md").read_text(encoding="utf-8"), flags=re.DOTALL)


@pytest.mark.parametrize("example", DOCUMENTED)
def test_every_example_of_the_docs_is_a_profile_as_it_should_be(example):
    raw = {"profile": {"id": "mycity"}} | tomllib.loads(example)
    profile = parse_profile(raw, Path("mycity.toml"))
    assert profile.rules or profile.clauses or profile.caps
