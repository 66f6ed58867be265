"""Schools that close or open by the layers: four villages 10 km apart, a school in the first three.

A radius of 2 km: each school serves its own village, and the fourth has a plot.
"""

import numpy as np
import pytest

from geoplan.coverage import closing_schools, stage_closings
from geoplan.publish import features
from geoplan.publish.edition import Edition
from geoplan.publish.figures import figures_of
from geoplan.publish.finding_words import detail_zh
from geoplan.publish.mapfile import read_map
from geoplan.publish.payload import build_payload
from geoplan.publish.sheets_today import gaps_sheet
from geoplan.types import Stage

SCHOOLS = [{"id": f"s{at}", "name": f"第{at}小学", "stage": "小学", "x": 10_000 * at, "y": 0} for at in range(3)]
PEOPLE = [{"id": f"p{at}", "people": 500 + at, "x": 10_000 * at, "y": 0} for at in range(4)]
PLOTS = [{"id": "c1", "stage": "小学", "x": 30_000, "y": 0}, {"id": "c2", "stage": "小学", "x": 10_500, "y": 0}]


@pytest.fixture(scope="module")
def plan(open_project):
    """plan(schools' further columns by id, projects, tail) of the villages."""

    def build(columns=None, projects=None, tail="[propose]\nnew = 1"):
        schools = [school | (columns or {}).get(school["id"], {}) for school in SCHOOLS]
        keys = dict.fromkeys(key for school in schools for key in school)
        schools = [{key: school.get(key, "") for key in keys} for school in schools]
        more = {} if projects is None else {"projects": projects}
        return open_project(
            head={"stages": '["primary"]', "profile": '"national"', "data_date": '"2025-09-01"'}, tail=tail,
            population=PEOPLE, schools=schools, sites=PLOTS, options={"population": 'columns = { area = "=urban" }'},
            **more,
        ).plan()  # fmt: skip

    return build


def winding(steps):
    """1 or -1: the sense in which a ring runs."""
    y, x = np.cumsum(np.reshape(steps, (-1, 2)), axis=0).T
    return int(np.sign((x[:-1] * y[1:] - x[1:] * y[:-1]).sum()))


def people(coverage):
    return coverage.total.covered


def test_nothing_closes_and_the_base_is_today(plan):
    stage = plan().stages[0]
    assert stage.proposal.base is stage.proposal.before
    assert stage.basis.areas_standing == ()
    assert (people(stage.proposal.before), people(stage.proposal.after)) == (1503, 2006)


@pytest.mark.parametrize(
    "closing",
    [
        {"columns": {"s1": {"year_close": 2028}}},
        {"projects": [{"name": "撤并第1小学", "action": "撤并", "school": "s1", "status": "计划"}]},
        {"projects": [{"name": "撤并第1小学", "action": "合并", "school": "第1小学", "status": "计划"}]},
    ],
)
def test_a_school_that_closes_serves_nobody_afterwards(plan, closing):
    """The new site goes to the fourth village (503), and the second one (501) is no longer served."""
    found = plan(**closing)
    proposal = found.stages[0].proposal
    assert [site.id for site in proposal.sites] == ["c1"]
    assert (people(proposal.before), people(proposal.base), people(proposal.after)) == (1503, 1002, 1505)
    assert (proposal.people_newly_covered, proposal.people_losing) == (2, 501)
    (finding,) = [each for each in found.findings if each.code == "schools-closing"]
    assert "s1" in finding.what
    assert "primary 501" in finding.why


def test_a_cancelled_project_closes_nothing(plan):
    rows = [{"name": "撤并第1小学", "action": "撤并", "school": "s1", "status": "取消"}]
    assert people(plan(projects=rows).stages[0].proposal.after) == 2006


def test_a_site_may_take_over_from_a_school_that_closes(plan):
    proposal = plan({"s1": {"year_close": 2028}}, tail="[propose]\nnew = 2").stages[0].proposal
    assert people(proposal.after) == 2006
    assert proposal.people_losing == 0
    second = next(site for site in proposal.sites if site.id == "c2")
    assert (second.people_newly, second.people_kept) == (0, 501)
    assert "501" in "".join(zh for zh, _ in second.why if "接续" in zh)


def test_schools_close_and_open_in_their_years(plan):
    columns = {"s1": {"year_close": 2028}, "s2": {"year_open": 2033}}
    stage = plan(columns, tail="[propose]\nnew = 1\n[programme]\nyears = [2027, 2030, 2035]").stages[0]
    assert people(stage.proposal.before) == 1001
    # 2027: the new school as well; 2030: s1 has closed; 2035: s2 has opened
    assert [people(step) for step in stage.basis.steps] == [1504, 1003, 1505]
    assert len(stage.basis.areas_standing) == 3


def test_what_closes_without_a_year_closes_by_the_last_year(plan):
    rows = [{"name": "撤并第1小学", "action": "撤并", "school": "s1", "status": "计划"}]
    stage = plan(projects=rows, tail="[propose]\nnew = 1\n[programme]\nyears = [2027, 2035]").stages[0]
    assert [people(step) for step in stage.basis.steps] == [2006, 1505]


def test_the_page_is_told_which_schools_close_and_open_and_in_which_phase(plan):
    columns = {"s1": {"year_close": 2028}, "s2": {"year_open": 2033}}
    found = plan(columns, tail="[propose]\nnew = 1\n[programme]\nyears = [2027, 2030, 2035]")
    payload = build_payload(found, read_map("consultation", found.config.folder))
    row = {name: at for at, name in enumerate(payload["schools"]["id"])}
    assert payload["closes"] == {row["s1"]: 2}
    assert payload["opens"] == {row["s2"]: 3}
    (view,) = payload["views"]
    assert [view["totals"][phase]["covered"] for phase in ("before", "2027", "2030", "after")] == [
        1001,
        1504,
        1003,
        1505,
    ]
    # 2027 a circle, 2030 one less, 2035 one more: what is lost runs the other way round
    turns = [[winding(ring[0]) for ring in shape] for shape in (view["service"]["before"], *view["service"]["added"])]
    assert turns == [[-1, -1], [-1], [1], [-1]]


def test_projects_that_build_at_a_new_place_are_said_to_have_none(plan):
    rows = [{"name": "新建第9小学", "action": "新建", "status": "计划", "seats": 1080, "stage": "小学"}]
    (finding,) = [each for each in plan(projects=rows).findings if each.code == "projects-without-place"]
    assert finding.count == 1


@pytest.mark.parametrize(
    ("project", "after"),
    [
        ({"stage": "初中"}, 2006),
        ({"stage": "中等职业"}, 2006),
        ({"stage": "小学"}, 1505),
        ({"stage": ""}, 1505),
    ],
)
def test_a_project_of_some_stages_ends_these_alone(plan, project, after):
    row = {"name": "撤并", "action": "撤并", "school": "s1", "status": "计划"} | project
    assert people(plan({"s1": {"stage": "小学、初中"}}, projects=[row]).stages[0].proposal.after) == after


def test_a_school_that_keeps_a_stage_has_not_closed(open_project):
    school = {"id": "n1", "name": "一校", "stage": "小学、初中", "x": 0, "y": 0}
    rows = [{"name": "撤初中部", "action": "撤并", "stage": "初中", "school": "n1", "status": "计划"}]
    layers = open_project(population=PEOPLE, schools=[school], projects=rows).layers
    assert closing_schools(layers) == set()
    assert set(stage_closings(layers)) == {("n1", Stage.JUNIOR)}


def test_a_plot_may_bear_the_id_of_a_school_that_closes_in_the_same_year(open_project):
    schools = [school | {"id": str(at), "year_close": 2028 if at == 2 else ""} for at, school in enumerate(SCHOOLS)]
    plots = [{"id": "2", "stage": "小学", "x": 30_000, "y": 0}]
    stage = open_project(
        head={"stages": '["primary"]', "profile": '"national"', "data_date": '"2025-09-01"'},
        tail="[propose]\nnew = 1\n[programme]\nyears = [2030]", population=PEOPLE, schools=schools, sites=plots,
        options={"population": 'columns = { area = "=urban" }'},
    ).plan().stages[0]  # fmt: skip
    assert [people(step) for step in stage.basis.steps] == [500 + 501 + 503]


def test_without_a_year_of_the_data_no_school_waits_for_its_opening(open_project):
    schools = [SCHOOLS[0] | {"year_open": ""}, SCHOOLS[1] | {"year_open": 2033}]
    stage = open_project(
        head={"stages": '["primary"]', "profile": '"national"'},
        tail="[propose]\nnew = 0\n[programme]\nyears = [2027, 2030]", population=PEOPLE, schools=schools, sites=PLOTS,
        options={"population": 'columns = { area = "=urban" }'},
    ).plan().stages[0]  # fmt: skip
    assert stage.proposal.base is stage.proposal.before
    assert stage.proposal.people_losing == 0


def test_a_school_that_opens_and_closes_within_the_plan_is_told_with_both(plan):
    columns = {"s2": {"year_open": 2027, "year_close": 2031}}
    found = plan(columns, tail="[propose]\nnew = 1\n[programme]\nyears = [2028, 2035]")
    payload = build_payload(found, read_map("consultation", found.config.folder))
    row = payload["schools"]["id"].index("s2")
    assert (payload["opens"], payload["closes"]) == ({row: 1}, {row: 2})


YEARS = "[programme]\nyears = [2027, 2030, 2035]"


def left(view, gap, coverage):
    return float(view.before.demand.people[gap.points[~coverage.covered[gap.points]]].sum())


def test_whoever_a_closing_leaves_without_a_school_is_in_a_gap_with_its_year_and_its_school(plan):
    """The new site closes the gap of today, and the second village has lost its school."""
    stage = plan({"s1": {"year_close": 2028}}, tail=f"[propose]\nnew = 1\n{YEARS}").stages[0]
    view = stage.basis
    assert [(gap.id, gap.people, gap.closings, gap.since) for gap in view.all_gaps] == [
        ("G1", 503, (), None), ("G2", 501, ("s1",), 2028),
    ]  # fmt: skip
    assert [[left(view, gap, step) for gap in view.all_gaps] for step in view.steps] == [[0, 0], [0, 501], [0, 501]]
    assert [site.gaps for site in stage.proposal.sites] == [("G1",)]


def test_a_site_that_takes_over_from_a_school_that_closes_reaches_into_its_gap(plan):
    stage = plan({"s1": {"year_close": 2028}}, tail=f"[propose]\nnew = 2\n{YEARS}").stages[0]
    assert {site.id: site.gaps for site in stage.proposal.sites} == {"c1": ("G1",), "c2": ("G2",)}


@pytest.mark.parametrize("years", ["", YEARS])
@pytest.mark.parametrize("new", [0, 1, 2])
def test_in_every_year_the_gaps_hold_exactly_those_beyond_the_radius(plan, years, new):
    columns = {"s0": {"year_close": 2026}, "s1": {"year_close": 2029}, "s2": {"year_open": 2033}}
    view = plan(columns, tail=f"[propose]\nnew = {new}\n{years}").stages[0].basis
    assert len(view.closing_gaps) == 2
    for coverage in (view.before, *view.steps, view.after):
        assert sum(left(view, gap, coverage) for gap in view.all_gaps) == coverage.total.uncovered


def test_the_page_tells_a_gap_by_a_closing_from_which_phase_on_it_is_there(plan):
    found = plan({"s1": {"year_close": 2028}}, tail=f"[propose]\nnew = 1\n{YEARS}")
    payload = build_payload(found, read_map("consultation", found.config.folder))
    today, later = payload["views"][0]["gaps"]
    assert (today["closed_in"], today["closed_by"], "comes" in today) == (1, 0, False)
    names = payload["schools"]["id"]
    assert ([names[row] for row in later["closings"]], later["since"], later["comes"]) == (["s1"], 2028, 2)
    assert (later["people"], later["left"], "closed_in" in later) == (501, [0, 501, 501], False)


def test_a_gap_that_a_site_averts_is_closed_in_the_phase_in_which_it_would_come(plan):
    found = plan({"s1": {"year_close": 2028}}, tail=f"[propose]\nnew = 2\n{YEARS}")
    gap = build_payload(found, read_map("consultation", found.config.folder))["views"][0]["gaps"][1]
    assert (gap["comes"], gap["closed_in"]) == (2, 2)
    assert found.stages[0].proposal.sites[gap["closed_by"]].id == "c2"


def test_sheet_geopackage_and_figures_tell_the_gaps_of_closings(plan):
    found = plan({"s1": {"year_close": 2028}}, tail=f"[propose]\nnew = 1\n{YEARS}")
    sheet = gaps_sheet(found)
    at = {column.zh: number for number, column in enumerate(sheet.columns)}
    assert [(row[at["因撤并学校"]], row[at["起始年份"]]) for row in sheet.rows] == [("", None), ("s1", 2028)]
    rows = features.gaps(found)
    assert rows["closings"].tolist() == ["", "s1"]
    assert rows["since"].tolist()[1] == 2028
    figures = figures_of(Edition(found, read_map("consultation", found.config.folder)))
    told = {name: figures[f"primary.straight.{name}"].value for name in (
        "before.gaps", "2027.gaps", "2030.gaps", "after.gaps", "closing.gap.G2.people", "after.gap.G2.people",
    )}  # fmt: skip
    assert list(told.values()) == [1, 0, 1, 1, 501, 501]
    assert "primary.straight.before.gap.G2.people" not in figures
    assert found.summary()["stages"][0]["coverage"][0]["closing_gaps"] == [
        {"id": "G2", "since": 2028, "closings": ["s1"]}
    ]


def test_a_school_that_closes_before_its_site_is_built_leaves_years_without_a_school(plan):
    found = plan({"s1": {"year_close": 2028}}, tail="[propose]\nnew = 2\n[programme]\nyears = [2027, 2030]")
    stage = found.stages[0]
    (vacancy,) = stage.basis.vacancies
    late = stage.programme.year_of("c2")
    assert (vacancy.site, vacancy.since, vacancy.until, vacancy.people, late) == ("c2", 2028, 2030, 501, 2030)
    (finding,) = [each for each in found.findings if each.code == "closing-before-site"]
    told = detail_zh(finding, {"s1": "第1小学", "c2": "东地块"})
    assert (
        told
        == "第1小学（s1） 2028 年撤并，接续的 东地块（c2） 2030 年才建成：2028—2029 年 501 人在服务半径内没有小学。"
    )
    payload = build_payload(found, read_map("consultation", found.config.folder))
    (gap,) = [each for each in payload["views"][0]["gaps"] if each.get("closings")]
    assert (gap["since"], gap["vacant_until"]) == (2028, 2030)
    (row,) = [row for row in gaps_sheet(found).rows if row[7] == 2028]
    assert row[8] == "2028 年至 2029 年"


def test_a_site_that_is_built_by_the_closing_leaves_none(plan):
    tail = "[propose]\nnew = 2\n[programme]\nyears = [2027, 2030]\nnew = { primary = { 2027 = 2 } }"
    for closing, tail_ in ((2030, tail.rpartition("\n")[0]), (2028, tail)):
        found = plan({"s1": {"year_close": closing}}, tail=tail_)
        assert found.stages[0].basis.vacancies == ()
        assert "closing-before-site" not in {each.code for each in found.findings}
