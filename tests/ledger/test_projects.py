import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoplan.ledger import Deadline, build_ledger, project_list
from geoplan.ledger.matching import name_key, planned_figures
from geoplan.rules import State

SIXTEEN = "16所普通高中全部建成后将增加676个教学班，增加3.4万个学位"


@pytest.fixture(scope="session")
def a_project(clause):
    """a_project(…) -> the clause of a new kindergarten in 文峰区."""

    def build(**given):
        plain = {"id": "AY-P-06", "kind": "track", "quantity": "project", "text": "新建二道街幼儿园(东区园)项目",
                 "county_zh": "文峰区", "action": "new", "year": 2025}  # fmt: skip
        return clause(**(plain | given))

    return build


def row(**given):
    return {"id": "x1", "name": "二道街幼儿园", "status": "finished"} | given


@pytest.mark.parametrize(
    ("given", "state", "status"),
    [
        ({"status": "finished", "finish": 2024}, State.MET, "finished"),
        ({"status": "finished"}, State.MET, "finished"),
        ({"status": "finished", "finish": 2026}, State.NOT_MET, "finished"),
        ({"status": "started"}, State.NOT_MET, "started"),
        ({"status": "planned"}, State.NOT_MET, "planned"),
        ({"status": "cancelled"}, State.NOT_MET, "cancelled"),
        ({"status": ""}, State.NO_DATA, ""),
    ],
)
def test_a_project_past_its_deadline_is_met_only_when_finished_in_time(world, a_project, given, state, status):
    (line,) = project_list(world(a_project(), projects=[row(clause="AY-P-06", **given)])).lines
    assert (line.state, line.status, line.deadline) == (state, status, Deadline.PASSED)


def test_a_project_under_way_before_its_deadline_is_shown(world, a_project):
    (line,) = project_list(world(a_project(), projects=[row(status="started", clause="AY-P-06")], as_of=2024)).lines
    assert (line.state, line.deadline, line.zh) == (State.SHOWN, Deadline.OPEN, "在建")


def test_a_late_project_says_by_how_much(world, a_project):
    (line,) = project_list(world(a_project(), projects=[row(clause="AY-P-06", finish=2026)])).lines
    assert line.zh == "已完成，2026 年，晚于期限 2025 年"


def test_without_a_projects_table_every_promise_is_no_data(world, a_project):
    (line,) = project_list(world(a_project())).lines
    assert (line.state, line.status_zh) == (State.NO_DATA, "缺数据")
    assert "projects" in line.en


def test_a_project_is_found_by_name_in_its_county_and_not_in_another(world, a_project):
    name = "新建二道街幼儿园（东区园）"
    (line,) = project_list(world(a_project(), projects=[row(name=name, district="文峰区")])).lines
    assert (line.status, line.rows) == ("finished", ("x1",))
    (line,) = project_list(world(a_project(), projects=[row(name=name, district="北关区")])).lines
    assert line.status == ""


def test_a_county_is_known_by_its_id_too(world, a_project):
    districts = [{"id": "410502", "name": "文峰区"}]
    projects = [row(name="新建二道街幼儿园(东区园)项目", district="410502")]
    (line,) = project_list(world(a_project(), projects=projects, districts=districts)).lines
    assert line.status == "finished"


def test_a_shorter_name_inside_the_clause_serves_where_only_one_fits(world, a_project):
    projects = [row(), row(id="x2", name="明德小学")]
    found = project_list(world(a_project(), projects=projects))
    assert found.lines[0].rows == ("x1",)
    assert found.others == ("x2",)
    projects = [row(), row(id="x2", name="二道街幼儿园(东区园)")]
    assert project_list(world(a_project(), projects=projects)).lines[0].rows == ()


def test_a_row_of_another_clause_is_never_taken_by_name(world, a_project):
    (line,) = project_list(world(a_project(), projects=[row(clause="AY-P-07")])).lines
    assert line.rows == ()


def test_several_rows_of_a_promise_are_as_far_as_the_last_of_them(world, a_project):
    projects = [row(clause="AY-P-06", seats=90, classes=3), row(id="x2", clause="AY-P-06 AY-P-07", status="started",
                seats=180, classes=6, start=2022)]  # fmt: skip
    (line,) = project_list(world(a_project(), projects=projects)).lines
    assert (line.status, line.seats, line.classes, line.start) == ("started", 270.0, 9.0, 2022)


def test_named_projects_are_totalled_by_county_level_and_action(world, a_project):
    clauses = [
        a_project(id="P-1", county_zh="文峰区", level="primary", action="new"),
        a_project(id="P-2", county_zh="文峰区", level="kindergarten", action="expand"),
        a_project(id="P-3", county_zh="滑县", level="primary", action="new"),
        a_project(id="P-4", county_zh="", action="", quantity="layout_plan"),
    ]
    found = project_list(world(*clauses, projects=[row(clause="P-1", seats=900)]))
    assert [(each.key, each.projects, each.done, each.seats) for each in found.totals("county")] == [
        ("文峰区", 2, 1, 900.0), ("滑县", 1, 0, 0.0),
    ]  # fmt: skip
    assert {each.zh: each.projects for each in found.totals("level")} == {"小学": 2, "幼儿园": 1}
    assert {each.zh: each.projects for each in found.totals("action")} == {"新建": 2, "改扩建": 1}
    assert len(found.named) == 3
    assert set(found.as_dict()["totals"]) == {"county", "level", "action"}


def test_the_text_of_zz_p_04_gives_42_25_classes_2125_seats_and_50_3_pupils_a_class(world, clause):
    promise = clause(
        id="ZZ-P-04", kind="track", level="senior", quantity="seats_added", operator="=", low=3.4, high=3.4,
        unit="万座", year=2025, text=SIXTEEN,
    )  # fmt: skip
    planned = planned_figures(promise)
    assert (planned.schools, planned.classes, planned.seats) == (16.0, 676.0, 34_000.0)
    assert planned.words()[0] == "校均 42.25 班、校均学位 2,125 个、班均学位 50.3 个"
    (line,) = project_list(world(promise)).lines
    assert line.zh.startswith("校均 42.25 班、校均学位 2,125 个、班均学位 50.3 个；缺数据")


def test_promised_seats_are_set_against_the_seats_that_were_finished(world, clause):
    promise = clause(
        id="ZZ-P-04", kind="track", level="senior", quantity="seats_added", operator="=", low=3.4, high=3.4,
        unit="万座", year=2025, text=SIXTEEN,
    )  # fmt: skip
    projects = [
        {"id": f"x{at}", "name": f"{at}中", "stages": "s", "action": "new", "status": status, "finish": finish,
         "classes": 60, "seats": 3000}
        for at, (status, finish) in enumerate((("finished", 2024), ("finished", 2026), ("started", None)))
    ]  # fmt: skip
    (line,) = project_list(world(promise, projects=projects)).lines
    assert (line.value, line.target, line.state, line.done) == (3000.0, 34_000.0, State.NOT_MET, 1)
    assert line.zh.startswith("项目表列入 9,000 个，已完成 3,000 个，规划 34,000 个")
    assert line.zh.endswith("项目表校均 60 班、校均学位 3,000 个、班均学位 50 个")


@pytest.fixture(scope="session")
def thirteen(clause):
    """XT-P-01: thirteen senior schools by 2025."""
    return clause(id="XT-P-01", kind="track", level="senior", quantity="project_count", operator="=", low=13,
                  high=13, unit="所", year=2025, text="分年度新建、改扩建13所普通高中学校")  # fmt: skip


@pytest.mark.parametrize(
    ("finished", "as_of", "state"),
    [(13, 2026, State.MET), (14, 2026, State.MET), (12, 2026, State.NOT_MET), (12, 2024, State.SHOWN)],
)
def test_a_number_of_schools_is_short_only_after_its_year(world, thirteen, finished, as_of, state):
    projects = [{"id": f"x{at}", "name": f"{at}中", "stages": "s", "action": "new", "status": "finished",
                 "finish": 2023} for at in range(finished)]  # fmt: skip
    (line,) = project_list(world(thirteen, projects=projects, as_of=as_of)).lines
    assert (line.value, line.state) == (finished, state)


def test_other_levels_cancelled_projects_and_single_buildings_are_not_counted(world, thirteen):
    projects = [
        {"id": "x1", "name": "一中", "stages": "s", "action": "new", "status": "finished"},
        {"id": "x2", "name": "一小", "stages": "p", "action": "new", "status": "finished"},
        {"id": "x3", "name": "二中", "stages": "s", "action": "new", "status": "cancelled"},
        {"id": "x4", "name": "三中", "stages": "s", "action": "building", "status": "finished"},
        {"id": "x5", "name": "中职", "level": "vocational", "action": "new", "status": "finished"},
    ]
    (line,) = project_list(world(thirteen, projects=projects)).lines
    assert (line.value, line.rows) == (1.0, ("x1",))


@pytest.mark.parametrize("quantity", ["weak_link_project_schools", "programme_count"])
def test_a_programme_counts_only_the_projects_that_name_its_clause(world, clause, quantity):
    promise = clause(id="XT-P-03", kind="track", level="compulsory", quantity=quantity, operator="=", low=305,
                     high=305, unit="所", year=2025)  # fmt: skip
    others = [{"id": f"x{at}", "name": f"{at}小", "stages": "p", "action": "expand", "status": "finished"}
              for at in range(3)]  # fmt: skip
    (line,) = project_list(world(promise, projects=others)).lines
    assert (line.state, line.rows) == (State.NO_DATA, ())
    assert line.zh == "缺数据：需要 建设项目表（projects）：所据条文编号、状态"
    named = [others[0] | {"clause": "XT-P-03"}, others[1] | {"clause": "XT-P-09"}, others[2]]
    (line,) = project_list(world(promise, projects=named)).lines
    assert (line.value, line.target, line.rows, line.state) == (1.0, 305.0, ("x0",), State.NOT_MET)


def test_about_three_schools_are_reached_by_three_and_not_by_two(world, clause):
    promise = clause(id="XT-P-02", kind="track", level="senior", quantity="project_count", operator="~=", low=3,
                     high=3, unit="所", year=2025)  # fmt: skip
    for finished, state in ((3, State.MET), (2, State.NOT_MET), (4, State.MET)):
        projects = [{"id": f"x{at}", "name": f"{at}中", "status": "finished", "clause": "XT-P-02"}
                    for at in range(finished)]  # fmt: skip
        (line,) = project_list(world(promise, projects=projects)).lines
        assert line.state is state


def test_promises_are_entries_of_the_ledger_in_the_order_of_the_clauses(world, a_project, clause):
    clauses = [a_project(), clause(id="T-2", kind="text"), a_project(id="AY-P-07", text="明德小学二期")]
    ledger = build_ledger(world(*clauses, projects=[row(clause="AY-P-06"), row(id="x9", name="别的")]))
    assert [(entry.clause.id, entry.state) for entry in ledger.entries] == [
        ("AY-P-06", State.MET), ("T-2", State.SHOWN), ("AY-P-07", State.NO_DATA),
    ]  # fmt: skip
    assert [finding.code for finding in ledger.findings] == ["project-not-in-plan"]


@given(st.text(alphabet="新建二道街小学东园", max_size=12), st.sampled_from(["", "项目", "工程", " 项目"]))
def test_width_brackets_and_the_word_project_do_not_tell_names_apart(name, tail):
    assert name_key(f"（{name}）{tail}") == name_key(f"({name})") == name


def test_projects_finished_before_the_plan_began_are_none_of_its_promises(world, thirteen):
    rows = [{"id": f"x{at}", "name": f"高中{at}", "stages": "s", "action": "new", "status": "finished",
             "finish": 2012 if at < 12 else 2023} for at in range(13)]  # fmt: skip
    (line,) = project_list(world(thirteen, projects=rows)).lines
    assert (line.value, line.state, line.projects) == (1.0, State.NOT_MET, 1)
