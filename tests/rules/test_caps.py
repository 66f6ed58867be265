from pathlib import Path

import pytest

from geoplan.errors import ConfigError
from geoplan.rules import open_rule_book, profile_names
from geoplan.rules.profile import parse_profile
from geoplan.types import Stage

A_CAP = {"stage": "primary", "pupils": 40, "clause": "每班40人", "source": "plan.txt", "line": 9, "evidence": "plan"}
NATIONAL = {Stage.KINDERGARTEN: 30, Stage.PRIMARY: 45, Stage.JUNIOR: 50, Stage.SENIOR: 50}


def parsed(*caps):
    return parse_profile({"profile": {"id": "mine"}, "caps": list(caps)}, Path("mine.toml")).caps


def faults_of(*caps):
    with pytest.raises(ConfigError) as caught:
        parsed(*caps)
    return str(caught.value)


@pytest.fixture
def project_with(tmp_path):
    """project_with(name="…toml…") -> a folder whose data/rules/ holds these profiles."""

    def write(**files):
        folder = tmp_path / "data" / "rules"
        folder.mkdir(parents=True)
        for name, text in files.items():
            (folder / f"{name}.toml").write_text(text, encoding="utf-8")
        return tmp_path

    return write


def a_file(name, *caps, lenders=()):
    tables = "".join(
        f'[[caps]]\nstage = "{stage}"\npupils = {pupils}\nclause = "每班"\nsource = "x"\nevidence = "secondary"\n'
        for stage, pupils in caps
    )
    return f'[profile]\nid = "{name}"\nradius_profiles = [{", ".join(map(repr, lenders))}]\n{tables}'


@pytest.mark.parametrize("name", profile_names())
def test_every_profile_has_a_cap_for_every_stage_by_way_of_national(name):
    assert open_rule_book(name).caps() == NATIONAL


def test_the_national_caps_are_quoted_at_second_hand_and_say_so():
    caps = open_rule_book("xingtai").class_caps()
    assert {cap.evidence for cap in caps.values()} == {"secondary"}
    assert "GB 50099-2011" in caps[Stage.PRIMARY].citation
    assert list(caps) == list(Stage)


def test_a_city_s_own_cap_comes_before_its_lender_s_and_the_lender_s_before_national(project_with):
    folder = project_with(
        city=a_file("city", ("primary", 40), lenders=["province"]),
        province=a_file("province", ("primary", 42), ("junior", 48)),
    )
    assert open_rule_book("city", project_dir=folder).caps() == NATIONAL | {Stage.PRIMARY: 40, Stage.JUNIOR: 48}


def test_lenders_are_asked_for_caps_in_the_order_in_which_they_are_named(project_with):
    folder = project_with(a=a_file("a", ("senior", 54)), b=a_file("b", ("senior", 56)), city=a_file("city"))
    for lenders, senior in ((["a", "b"], 54), (["b", "a"], 56)):
        assert open_rule_book("city", radius_profiles=lenders, project_dir=folder).caps()[Stage.SENIOR] == senior


def test_a_project_s_own_national_wins_and_what_it_lacks_comes_from_the_bundled_one(project_with):
    folder = project_with(national=a_file("national", ("kindergarten", 25)), city=a_file("city"))
    assert open_rule_book("city", project_dir=folder).caps() == NATIONAL | {Stage.KINDERGARTEN: 25}


def test_a_cap_is_cited_by_file_and_line_where_it_is_a_plan_s():
    (cap,) = parsed(A_CAP)
    assert (cap.stage, cap.pupils, cap.citation) == (Stage.PRIMARY, 40, "plan.txt:9")


def test_faults_of_caps_are_listed_at_once_by_stage_and_key():
    message = faults_of(
        A_CAP | {"pupil": 40},
        {key: value for key, value in A_CAP.items() if key != "line"} | {"stage": "junior"},
        A_CAP | {"stage": "middle"},
    )
    assert "caps[1] primary: pupil: unknown key. Did you mean 'pupils'?" in message
    assert "caps[2] junior: line: missing" in message
    assert "caps[3] middle: stage: expected one of" in message


@pytest.mark.parametrize("pupils", [0, -1, 45.5, "45", True])
def test_a_cap_that_is_no_whole_number_from_one_is_a_fault(pupils):
    assert "pupils: expected a whole number" in faults_of(A_CAP | {"pupils": pupils})


def test_two_caps_for_one_stage_are_a_fault():
    assert "two caps for primary" in faults_of(A_CAP, A_CAP | {"pupils": 45})
