"""A1 of the acceptance page: the rules engine."""

import json

import pytest

from geoplan.rules import State, band_verdict, count_interval, open_rule_book
from geoplan.types import Area, Stage

SOURCE = "002_fe10ad1b5c3f9bc5.txt:118"


def kindergarten(area, profile="xingtai"):
    return open_rule_book(profile).profile.select(stage=Stage.KINDERGARTEN, area=area)


def test_a_rural_kindergarten_in_xingtai_has_a_radius_of_1500_m_and_a_band_of_3000_to_5000():
    radius, band = kindergarten(Area.RURAL)
    assert (radius.quantity, radius.high, radius.unit) == ("service_radius", 1500, "m")
    assert (band.low, band.high, band.supply) == (3000, 5000, "all")
    assert {radius.citation, band.citation} == {SOURCE}
    assert {radius.evidence, band.evidence} == {"plan"}


def test_an_urban_kindergarten_in_xingtai_has_a_band_for_public_ones_and_no_radius_of_the_plan():
    (band,) = kindergarten(Area.URBAN)
    assert (band.low, band.high, band.supply) == (3000, 12_000, "public")
    assert band.citation == SOURCE
    assert open_rule_book("xingtai").profile.radius(Stage.KINDERGARTEN, Area.URBAN) is None


def test_300_m_are_offered_to_it_by_national_and_marked_unverified():
    (offered,) = open_rule_book("xingtai").offered(stage=Stage.KINDERGARTEN, area=Area.URBAN)
    assert (offered.high, offered.profile, offered.evidence) == (300, "national", "unverified")
    assert open_rule_book("xingtai").offered(stage=Stage.KINDERGARTEN, area=Area.RURAL) == ()


def test_the_combined_profile_merges_both_and_says_so():
    book = open_rule_book("combined")
    radius, band = book.profile.select(stage=Stage.KINDERGARTEN)
    assert (radius.high, band.low, band.high) == (1500, 3000, 12_000)
    assert {radius.area, band.area} == {Area.ALL}
    assert set(band.merges) == {"XT-R-02", "XT-R-05"}
    assert "合并" in band.notice_zh
    assert "合并" in book.profile.notice_zh
    assert "merges" in book.profile.notice_en


def test_the_national_radii_are_300_500_and_1000_m_each_with_its_evidence():
    book = open_rule_book("national")
    found = {stage.value: book.radius(stage, Area.URBAN) for stage in (Stage.KINDERGARTEN, Stage.PRIMARY, Stage.JUNIOR)}
    assert {stage: rule.high for stage, rule in found.items()} == {"kindergarten": 300, "primary": 500, "junior": 1000}
    assert {rule.evidence for rule in found.values()} == {"unverified"}


@pytest.mark.parametrize("profile", ["xingtai", "combined"])
@pytest.mark.parametrize("stage", [Stage.PRIMARY, Stage.JUNIOR])
def test_primary_and_junior_population_rules_are_not_applied_to_rural_units(profile, stage):
    assert open_rule_book(profile).profile.select(stage=stage, area=Area.RURAL) == ()
    assert len(open_rule_book(profile).profile.select(stage=stage, area=Area.URBAN)) == 1


def test_15_000_people_are_too_few_for_a_junior_school_and_are_pooled():
    (rule,) = open_rule_book("xingtai").profile.select(stage=Stage.JUNIOR)
    assert count_interval(15_000, rule.low, rule.high).pool
    assert band_verdict(rule, "unit", people=15_000, schools=0).state is State.POOL


@pytest.fixture
def command(monkeypatch, capsys):
    """geoplan's command line, in this process: (exit code, stdout, stderr)."""
    cli = pytest.importorskip("geoplan.cli", reason="the command line is not built yet")

    def run(*words):
        monkeypatch.setattr("sys.argv", ["geoplan", *words])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        return ended.value.code or 0, said.out, said.err

    return run


def rules_json(command, *words):
    code, out, err = command("rules", *words, "--json")
    assert code == 0, err
    found = json.loads(out)
    return found["rules"] if isinstance(found, dict) else found


def test_the_command_lists_the_rural_kindergarten_rules_with_every_key_of_the_issue(command):
    found = rules_json(command, "--profile", "xingtai", "--stage", "kindergarten", "--area", "rural")
    assert [(rule["low"], rule["high"], rule["unit"]) for rule in found] == [(None, 1500, "m"), (3000, 5000, "people")]
    for rule in found:
        assert (rule["source"], rule["line"], rule["evidence"]) == ("002_fe10ad1b5c3f9bc5.txt", 118, "plan")
        assert {"id", "stage", "area", "quantity", "operator", "clause"} <= set(rule)


def test_the_command_lists_the_urban_kindergarten_rule_and_the_offered_radius_as_unverified(command):
    found = rules_json(command, "--profile", "xingtai", "--stage", "kindergarten", "--area", "urban")
    plan = [rule for rule in found if rule["evidence"] == "plan"]
    assert [(rule["low"], rule["high"]) for rule in plan] == [(3000, 12_000)]
    assert {(rule["high"], rule["evidence"]) for rule in found if rule not in plan} <= {(300, "unverified")}


def test_the_command_answers_an_unknown_profile_with_exit_code_2_and_a_hint(command):
    code, out, err = command("rules", "--profile", "xingtei", "--json")
    assert code == 2
    assert out == ""
    assert "Did you mean 'xingtai'" in err


@pytest.mark.parametrize("profile", ["anyang", "zhengzhou", "jiaozuo"])
def test_the_command_lists_the_national_radii_for_a_city_whose_plan_has_none(command, profile):
    found = rules_json(command, "--profile", profile)
    assert [(rule["high"], rule["offered"], rule["evidence"]) for rule in found] == [
        (300, True, "unverified"),
        (500, True, "unverified"),
        (1000, True, "unverified"),
    ]
