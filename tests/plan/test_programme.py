import importlib.util
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geoplan.config import LayerConfig, ProgrammeConfig, read_project
from geoplan.coverage import Radius, existing_supply, measure
from geoplan.demand import build_demand, build_units
from geoplan.errors import ConfigError
from geoplan.plan import Wish, candidates_for, coverage_by_step, programme_of, propose
from geoplan.rules import open_rule_book, user_radius
from geoplan.travel import Straight
from geoplan.types import Area, Stage

spec = importlib.util.spec_from_file_location("programme_tiny", Path(__file__).parents[1] / "publish" / "tiny.py")
tiny = importlib.util.module_from_spec(spec)
spec.loader.exec_module(tiny)

PLACE = st.tuples(st.integers(0, 6000).map(float), st.integers(0, 6000).map(float))
HOMES = st.lists(st.tuples(PLACE, st.integers(0, 900)), min_size=1, max_size=14)
SITES = st.lists(PLACE, min_size=1, max_size=7, unique=True)
OWN_YEARS = st.lists(st.sampled_from([np.nan, 2024.0, 2031.0, 2040.0]), min_size=7, max_size=7)
YEARS = (2025, 2030, 2035)
# five villages far apart, a candidate in each: a site serves exactly its own village
VILLAGES = [((10_000.0 * at, 0.0), people) for at, people in enumerate((300, 100, 500, 200, 400))]


@pytest.fixture(scope="module")
def programme(in_memory):
    """programme(homes, sites, wanted, own_years) -> (engine, proposal, programme)."""

    def build(homes, sites, wanted, *, own_years=(), new=None):
        columns = {"stages": [("primary",)] * len(sites)}
        if len(own_years):
            columns["year"] = list(own_years)
        layers = in_memory(
            population=({"people": [float(people) for _, people in homes]}, [shapely.Point(xy) for xy, _ in homes]),
            sites=(columns, [shapely.Point(xy) for xy in sites]),
        )
        units, engine = build_units(layers, LayerConfig("population", "population.gpkg")), Straight()
        radii = (Radius(Area.ALL, user_radius(Stage.PRIMARY, 1000.0)),)
        supply = existing_supply(layers, units, Stage.PRIMARY)
        before = measure(engine, build_demand(units, Stage.PRIMARY, 1000.0), supply, radii)
        wish = Wish(new=len(sites) if new is None else new)
        proposal = propose(engine, before, candidates_for(layers, before), open_rule_book("combined"), wish)
        return engine, proposal, programme_of(engine, proposal, wanted)

    return build


def sites_by_year(programme):
    return {step.year: step.sites for step in programme.steps}


def villages(programme, wanted, **options):
    return sites_by_year(programme(VILLAGES, [xy for xy, _ in VILLAGES], wanted, **options)[2])


def test_without_years_the_plan_is_one_step_without_a_year(programme):
    _, proposal, found = programme(VILLAGES, [xy for xy, _ in VILLAGES], ProgrammeConfig())
    assert not found
    assert found.year_of(proposal.sites[0].id) is None


def test_sites_are_spread_evenly_and_those_that_serve_most_people_open_first(programme):
    assert villages(programme, ProgrammeConfig(YEARS)) == {2025: ("2", "4"), 2030: ("0", "3"), 2035: ("1",)}


def test_project_toml_may_say_how_many_open_in_each_year(programme):
    wanted = ProgrammeConfig(YEARS, {Stage.PRIMARY: {2030: 3, 2035: 2}})
    assert villages(programme, wanted) == {2025: (), 2030: ("2", "4", "0"), 2035: ("3", "1")}


def test_counts_of_another_stage_do_not_matter(programme):
    wanted = ProgrammeConfig(YEARS, {Stage.JUNIOR: {2025: 5}})
    assert villages(programme, wanted) == {2025: ("2", "4"), 2030: ("0", "3"), 2035: ("1",)}


def test_a_site_opens_no_earlier_than_its_land_is_to_be_had_and_others_take_its_turn(programme):
    own = [np.nan, np.nan, 2031, np.nan, np.nan]
    assert villages(programme, ProgrammeConfig(YEARS), own_years=own) == {
        2025: ("4", "0"), 2030: ("3", "1"), 2035: ("2",),
    }  # fmt: skip


def test_what_a_year_cannot_take_is_made_up_for_later(programme):
    own = [2026, 2026, 2026, 2026, 2026]
    assert villages(programme, ProgrammeConfig(YEARS), own_years=own) == {
        2025: (), 2030: ("2", "4", "0", "3"), 2035: ("1",),
    }  # fmt: skip


def test_land_after_the_last_year_gets_a_step_of_its_own_and_a_finding(programme):
    own = [np.nan, np.nan, 2040, np.nan, np.nan]
    _, _, found = programme(VILLAGES, [xy for xy, _ in VILLAGES], ProgrammeConfig(YEARS), own_years=own)
    assert sites_by_year(found)[2040] == ("2",)
    assert found.years == (2025, 2030, 2035, 2040)
    (finding,) = found.findings
    assert finding.code == "site-after-programme"
    assert "2 (2040)" in finding.what


def test_the_people_counted_are_those_whom_no_earlier_site_serves(programme):
    # b alone would serve most people, but a and b share the 500 in the middle
    homes = [((0.0, 0.0), 400), ((1000.0, 0.0), 500), ((2000.0, 0.0), 450), ((9000.0, 0.0), 460)]
    sites = [(200.0, 0.0), (1900.0, 0.0), (9000.0, 0.0)]
    _, _, found = programme(homes, sites, ProgrammeConfig(YEARS))
    assert sites_by_year(found) == {2025: ("1",), 2030: ("2",), 2035: ("0",)}


@settings(max_examples=60, deadline=None)
@given(HOMES, SITES, OWN_YEARS, st.integers(0, 7), st.sampled_from([None, {2030: 1}, {2025: 2, 2035: 1}]))
def test_coverage_never_falls_with_the_years_and_ends_at_the_plan(programme, homes, sites, own, new, counts):
    wanted = ProgrammeConfig(YEARS, {Stage.PRIMARY: counts} if counts else {})
    engine, proposal, found = programme(
        homes, sites, wanted, own_years=own[: len(sites)], new=min(new, len(sites))
    )  # fmt: skip
    steps = coverage_by_step(engine, proposal.before, proposal.after, found)
    for one, other in pairwise([proposal.before, *steps]):
        assert (one.covered <= other.covered).all()
        assert (other.distance_m <= one.distance_m).all()
    assert steps[-1].total == proposal.after.total
    assert np.array_equal(steps[-1].distance_m, proposal.after.distance_m)
    opened = [site for step in found.steps for site in step.sites]
    assert sorted(opened) == sorted(site.id for site in proposal.sites)
    for site, year in found.available:
        assert found.year_of(site) >= year
    assert found.open_by(found.years[-1]) == tuple(opened)


TOWN = """
[project]
data_date = "2024-09-01"
stages = ["primary"]
[propose]
new = 4
"""


@pytest.mark.parametrize(
    ("programme_table", "message"),
    [
        ("years = 2030", r"programme\.years: expected a list such as \[2025, 2030, 2035\], found 2030"),
        ("years = [2030, 2025]", r"programme\.years: expected ascending years"),
        ("years = [2030, 2030]", r"programme\.years: expected ascending years, each once"),
        ("years = [2024]", r"programme\.years: 2024 is not after the data date 2024-09-01"),
        ('years = ["2030"]', r"programme\.years\[1\]: expected a year from 1900 to 2100"),
        ("new = { primary = { 2030 = 4 } }", r"programme\.new: needs programme\.years"),
        ("years = [2030]\nnew = { primry = { 2030 = 4 } }", r"programme\.new\.primry.*primary"),
        ("years = [2030]\nnew = { primary = { 2031 = 4 } }", r"programme\.new\.primary: '2031' is not one of"),
        (
            "years = [2030]\nnew = { primary = { 2030 = -1 } }",
            r"programme\.new\.primary\.2030: expected a count from 0",
        ),
        ("years = [2030]\nnew = { primary = { 2030 = 3 } }", r"the years add up to 3, and \[propose\] new asks for 4"),
        ("year = [2030]", r"programme\.year.*years"),
    ],
)
def test_an_impossible_programme_is_refused_with_its_key(tmp_path, programme_table, message):
    (tmp_path / "project.toml").write_text(f"{TOWN}[programme]\n{programme_table}\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=message):
        read_project(tmp_path)


def test_counts_that_add_up_to_the_sites_are_taken(tmp_path):
    text = f"{TOWN}[programme]\nyears = [2030, 2035]\nnew = {{ primary = {{ 2030 = 1, 2035 = 3 }} }}\n"
    (tmp_path / "project.toml").write_text(text, encoding="utf-8")
    wanted = read_project(tmp_path).programme
    assert wanted == ProgrammeConfig((2030, 2035), {Stage.PRIMARY: {2030: 1, 2035: 3}})


def test_a_project_carries_its_years_to_every_travel_mode_and_the_summary(tmp_path):
    plan = tiny.plan(tmp_path / "town", new=2, roads=True, years=(2030, 2035))
    (kindergarten, primary) = plan.stages
    assert [len(step.sites) for step in kindergarten.programme.steps] == [1, 1]
    assert [len(step.sites) for step in primary.programme.steps] == [0, 0]
    for view in kindergarten.views:
        assert len(view.steps) == len(view.areas_added) == 2
        assert view.before.total.covered < view.steps[0].total.covered <= view.steps[1].total.covered
        assert view.steps[1].total == view.after.total
        together = shapely.union_all([view.area_before, *view.areas_added])
        assert shapely.area(shapely.symmetric_difference(together, view.area_after)) < 1.0
    summary = plan.summary()["stages"][0]
    assert [step["year"] for step in summary["proposal"]["programme"]] == [2030, 2035]
    assert summary["coverage"][0]["steps"][-1]["people_covered"] == summary["coverage"][0]["after"]["people_covered"]
