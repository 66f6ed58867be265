import unicodedata
from pathlib import Path

import pytest

from geoplan.errors import ConfigError
from geoplan.rules import load_profile, profile_names
from geoplan.rules.profile import EVIDENCE, OPERATORS, QUANTITIES, parse_profile

PROFILES = sorted(path.stem for path in (Path(__file__).parents[2] / "data" / "rules").glob("*.toml"))
RULES = [(name, rule) for name in PROFILES for rule in load_profile(name).rules]
EVERY_RULE = pytest.mark.parametrize(("profile", "rule"), RULES, ids=[f"{name}-{rule.id}" for name, rule in RULES])

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


def a_profile(*rules, **head):
    return parse_profile({"profile": {"id": "mine"} | head, "rules": list(rules)}, Path("mine.toml"))


def faults_of(*rules, **head):
    with pytest.raises(ConfigError) as caught:
        a_profile(*rules, **head)
    return str(caught.value)


def test_the_shipped_profiles_are_four_cities_the_combined_one_the_national_one_and_hebei():
    assert profile_names() == ["anyang", "combined", "hebei", "jiaozuo", "national", "xingtai", "zhengzhou"]


@pytest.mark.parametrize("name", PROFILES)
def test_every_file_in_data_rules_parses_and_has_rules_or_clauses_and_two_titles(name):
    profile = load_profile(name)
    assert profile.rules or profile.clauses
    assert profile.title_zh
    assert profile.title_en


@EVERY_RULE
def test_every_rule_is_complete_and_in_base_units(profile, rule):
    assert rule.profile == profile
    assert rule.unit in {"m", "people"}
    assert rule.quantity in QUANTITIES
    assert rule.operator in OPERATORS
    assert rule.evidence in EVIDENCE
    assert rule.clause
    assert rule.source
    assert (rule.operator == "between") == (rule.low is not None and rule.high is not None)
    assert rule.high is not None
    assert rule.high > 0


@EVERY_RULE
def test_every_rule_of_a_plan_stands_verbatim_at_its_line_in_its_file(profile, rule, plans):
    if rule.evidence != "plan":
        pytest.skip(f"{rule.id} is quoted from {rule.source}, which is no file here")
    lines = (plans / rule.source).read_text(encoding="utf-8").splitlines()
    text = unicodedata.normalize("NFC", lines[rule.line - 1])
    for part in rule.clause.split("…"):
        assert part in text


@EVERY_RULE
def test_the_json_of_a_rule_has_the_keys_that_the_issue_names(profile, rule):
    keys = {
        "id",
        "stage",
        "area",
        "quantity",
        "operator",
        "low",
        "high",
        "unit",
        "clause",
        "source",
        "line",
        "evidence",
    }
    assert keys <= set(rule.as_dict())


def test_ids_are_unique_over_all_shipped_profiles():
    ids = [rule.id for _, rule in RULES]
    assert len(ids) == len(set(ids))


def test_merged_rules_name_clauses_that_the_plan_profile_has():
    known = {rule.id for rule in load_profile("xingtai").rules}
    for rule in load_profile("combined").rules:
        assert rule.merges
        assert set(rule.merges) <= known


def test_bounds_written_in_wan_and_km_come_out_in_people_and_metres_without_rounding_noise():
    band = a_profile(A_RULE).rules[0]
    assert (band.low, band.high, band.unit) == (7000.0, 20000.0, "people")
    radius = a_profile(A_RULE | {"quantity": "service_radius", "operator": "<=", "high": 1.5, "unit": "km"}).rules[0]
    assert (radius.high, radius.unit) == (1500.0, "m")


def test_all_faults_of_a_profile_are_listed_at_once_with_near_match_hints():
    no_line = {key: value for key, value in A_RULE.items() if key != "line"} | {"id": "T-2"}
    message = faults_of(
        A_RULE | {"claus": "x"},
        no_line,
        A_RULE | {"id": "T-3", "stage": "primry"},
        A_RULE | {"id": "T-4", "low": 0.7, "operator": "between", "area": "town", "evidence": "hearsay"},
        {key: value for key, value in A_RULE.items() if key not in {"high", "source"}} | {"id": "T-5"},
    )
    assert "Did you mean 'clause'?" in message
    assert "rules[2] T-2: line: missing" in message
    assert "'primry'" in message
    assert "'town'" in message
    assert "'hearsay'" in message
    assert "rules[5] T-5: source: missing" in message
    assert 'needs operator "between", low and high' in message
    assert "mine.toml" in message


def test_two_rules_with_one_id_are_a_fault():
    assert "'T-1'" in faults_of(A_RULE, A_RULE)


def test_a_profile_whose_id_is_not_the_name_of_its_file_is_a_fault():
    assert "'other'" in faults_of(A_RULE, id="other")


def test_an_unknown_table_in_a_profile_is_a_fault():
    with pytest.raises(ConfigError, match="rule"):
        parse_profile({"profile": {"id": "mine"}, "rule": [A_RULE]}, Path("mine.toml"))


def test_a_unit_that_geoplan_cannot_convert_is_a_fault_and_never_taken_as_metres():
    message = faults_of(A_RULE | {"quantity": "service_radius", "operator": "<=", "high": 1.5, "unit": "公里"})
    assert "公里" in message


def test_a_band_of_metres_is_a_fault():
    assert "unit" in faults_of(A_RULE | {"unit": "m"})


def test_a_radius_without_an_upper_bound_is_a_fault():
    no_high = {key: value for key, value in A_RULE.items() if key != "high"}
    assert "high" in faults_of(no_high | {"quantity": "service_radius", "operator": ">=", "unit": "m"})


def test_a_people_rule_without_both_bounds_is_a_fault_and_not_a_crash_of_the_verdict():
    no_low = {key: value for key, value in A_RULE.items() if key != "low"}
    assert "low" in faults_of(no_low | {"operator": "<="})


def test_a_band_whose_low_is_above_its_high_is_a_fault():
    assert "low" in faults_of(A_RULE | {"low": 3})


def test_a_band_from_zero_is_a_fault():
    assert "low" in faults_of(A_RULE | {"low": 0})


def test_a_bound_that_is_no_number_is_a_fault_beside_the_others():
    message = faults_of(A_RULE | {"high": "two"}, A_RULE | {"id": "T-2", "stage": "primry"})
    assert "high" in message
    assert "primry" in message


def test_a_rules_value_that_is_no_list_of_tables_is_a_fault():
    with pytest.raises(ConfigError):
        parse_profile({"profile": {"id": "mine"}, "rules": {"id": "T-1"}}, Path("mine.toml"))
