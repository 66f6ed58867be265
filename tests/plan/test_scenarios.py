"""Other plans beside the main one: thirty places of 100 people on a grid of 1 km, radius 1,500 m (see tiny.py)."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest

from geoplan.config import read_project
from geoplan.errors import ConfigError, ProblemError
from geoplan.plan import mean_distance_m, shift_between
from geoplan.project import Project
from geoplan.publish.mapfile import read_map
from geoplan.publish.payload import build_payload
from geoplan.publish.version import plan_version

_spec = importlib.util.spec_from_file_location("scenario_town", Path(__file__).parents[1] / "publish" / "tiny.py")
tiny = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(tiny)

WITHOUT = '[[scenarios]]\nname = "不用一号"\nname_en = "Without S1"\nexclude = ["S1"]\n'
TWO = '[[scenarios]]\nname = "建两所"\nnew = { kindergarten = 2 }\n'


def town(folder, tail, **options):
    """The tiny town with scenarios."""
    tiny.write(folder, **options)
    path = folder / "project.toml"
    path.write_text(path.read_text(encoding="utf-8") + tail, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    return Project.open(town(tmp_path_factory.mktemp("town"), WITHOUT + TWO)).plan()


@pytest.fixture(scope="module")
def rows(plan):
    """What the page is given."""
    return build_payload(plan, read_map("consultation", plan.config.folder))["scenarios"]


def test_each_scenario_changes_what_it_names_and_keeps_the_rest(plan):
    without, two = plan.scenarios
    assert [site.id for site in plan.stages[0].proposal.sites] == ["S1"]
    assert [site.id for site in without.proposals[0].sites] == ["S3"]
    assert sorted(site.id for site in two.proposals[0].sites) == ["S1", "S3"]
    assert two.proposals[1].sites == plan.stages[1].proposal.sites, "primary schools: nothing else is asked for"


def test_the_plan_without_s1_loses_three_hundred_people_around_it(rows):
    main, without, two = (row["stages"]["kindergarten"] for row in rows)
    assert [row["covered"] for row in (main, without, two)] == [1900, 1600, 2500]
    assert [row["newly"] for row in (main, without, two)] == [900, 600, 1500]
    assert {row["status"] for row in (main, without, two)} == {"optimal"}
    assert [row["same"] for row in (main, without, two)] == [None, None, None]
    assert [row["stages"]["primary"]["same"] for row in rows] == [None, 0, 0]


def test_who_is_nearer_and_who_is_farther_is_counted_by_district(rows):
    without, two = (row["stages"]["kindergarten"] for row in rows[1:])
    # S3 at (4, 0) instead of S1 at (2, 3); the last figure is everyone
    assert without["gain"] == [0, 700, 700]
    assert without["lose"] == [800, 300, 1100]
    assert two["lose"] == [0, 0, 0]
    assert len(without["nearer"]) == 7, "places of 100 people each"
    assert len(without["farther"]) == 11
    assert not set(without["nearer"]) & set(without["farther"])


def test_the_mean_way_is_weighted_by_people_and_leaves_out_whom_no_school_reaches(plan):
    after = plan.stages[0].proposal.after
    people, way = after.demand.people, after.distance_m
    assert mean_distance_m(after) == pytest.approx(np.average(way, weights=people))
    cut = way.copy()
    cut[0] = np.inf
    rest = type(after)(**{**vars(after), "distance_m": cut})
    assert mean_distance_m(rest) == pytest.approx(np.average(way[1:], weights=people[1:]))
    assert shift_between(rest, after).nearer[0], "a school that can be reached at all is nearer"
    assert shift_between(after, rest).farther[0]
    assert not shift_between(after, after).nearer.any()


def test_cost_is_unknown_where_a_site_has_none_and_zero_without_sites(rows):
    assert rows[0]["stages"]["kindergarten"]["cost"] is None
    assert rows[0]["stages"]["primary"]["cost"] == 0


def test_the_summary_names_scenarios_only_where_there_are_any(plan, tmp_path):
    assert [each["name_en"] for each in plan.summary()["scenarios"]] == ["Without S1", ""]
    assert plan.summary()["scenarios"][0]["stages"][0]["proposed"] == ["S3"]
    plain = Project.open(town(tmp_path / "plain", "")).plan()
    assert "scenarios" not in plain.summary()
    assert "scenarios" not in build_payload(plain, read_map("consultation", plain.config.folder))
    assert plan_version(plain) != plan_version(plan), "readers compare the scenarios, and may speak of them"


def test_small_counts_of_pupils_are_hidden_in_the_comparison(tmp_path):
    plan = Project.open(town(tmp_path, WITHOUT, counts="pupils", each=1)).plan()
    row = build_payload(plan, read_map("consultation", tmp_path))["scenarios"][1]["stages"]["kindergarten"]
    assert row["gain"] == [0, "<10", "<10"]
    # eleven in all are no handful, but with the coverage of both plans they would tell one
    assert row["lose"] == ["<10", "<10", "≥10"]


def test_the_same_project_gives_the_same_scenarios(plan, rows):
    again = build_payload(Project.open(plan.config.folder).plan(), read_map("consultation", plan.config.folder))
    assert json.dumps(again["scenarios"]) == json.dumps(rows)


def test_a_scenario_takes_over_what_it_leaves_out_from_propose(tmp_path):
    config = read_project(town(tmp_path, TWO))
    (scenario,) = config.scenarios
    assert dict(scenario.propose.new) == {"kindergarten": 2, "primary": 0}
    assert scenario.propose.travel is config.propose.travel
    assert scenario.name_en == ""


@pytest.mark.parametrize(
    ("tail", "said"),
    [
        ("[[scenarios]]\nnew = 2\n", "scenarios[1].name: expected a name"),
        ('[[scenarios]]\nname = "x"\n', "scenarios[1]: says nothing else than [propose]"),
        ('[[scenarios]]\nname = "x"\nradius_m = 2\nnew = 1\n', "scenarios[1].radius_m: unknown key"),
        (TWO + TWO, "is the name of another scenario"),
        ('[[scenarios]]\nname = "x"\nnew = -1\n', "scenarios[1].new: expected a count from 0"),
        ('[[scenarios]]\nname = "x"\nmodel = "max_covr"\n', "scenarios[1].model: expected one of"),
        ("".join(TWO.replace("两", str(n)) for n in range(7)), "at most 6 can be compared, found 7"),
        ("scenarios = 3\n", "scenarios: expected tables, each headed [[scenarios]]"),
    ],
)
def test_a_scenario_that_cannot_be_meant_is_refused_with_its_place(tmp_path, tail, said):
    folder = town(tmp_path, "" if tail.startswith("scenarios") else tail)
    path = folder / "project.toml"
    if tail.startswith("scenarios"):
        path.write_text(tail + path.read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        read_project(folder)
    assert said in str(caught.value)


def test_an_excluded_site_that_does_not_exist_is_refused(tmp_path):
    project = Project.open(town(tmp_path, '[[scenarios]]\nname = "x"\nexclude = ["S9"]\n'))
    with pytest.raises(ProblemError, match="S9"):
        project.plan()
