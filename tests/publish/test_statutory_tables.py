"""The seven tables of the set for the town of set_town.py, read back with openpyxl and counted by hand."""

from __future__ import annotations

import importlib.util
import re
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pytest

from geoplan.coverage import ClosureVerdict
from geoplan.project import Project
from geoplan.publish.figures.built import built_figures
from geoplan.publish.figures.cells import printed_cells, spots
from geoplan.publish.figures.scenarios import scenario_figures
from geoplan.publish.lint_closings import lint_closings
from geoplan.publish.office.context import context_of
from geoplan.publish.office.parts import built_in, scenarios_in
from geoplan.publish.same_plans import same_plan
from geoplan.publish.sheets import Column, Sheet
from geoplan.publish.statutory.closing import verdict_zh
from geoplan.publish.statutory.comparison import comparison_tables
from geoplan.publish.statutory.planned import planned_schools
from geoplan.publish.statutory.printed import Imprint, PrintedTable, write_printed
from geoplan.publish.statutory.states import ENDING, Action
from geoplan.publish.statutory.tables import imprint_of, statutory_tables
from geoplan.sets import closures_of, set_edition

spec = importlib.util.spec_from_file_location("set_town", Path(__file__).with_name("set_town.py"))
set_town = importlib.util.module_from_spec(spec)
spec.loader.exec_module(set_town)

NAMES = [
    "现状学校一览表",
    "学龄人口预测表",
    "分区学位供需平衡表",
    "规划学校一览表",
    "近期建设项目表",
    "撤并一览表",
    "规划指标表",
]
HOSTILE = (
    "=cmd|' /C calc'!A0",
    "+1",
    "-1",
    "@x",
    "\t=1+1",
    "\r=1+1",
    '=HYPERLINK("http://x")',
    "https://x",
    "\x00\x0b",
)
IMPRINT = Imprint("&P&D项目", "=author", "2024", "0" * 12)


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    town = set_town.project(tmp_path_factory.mktemp("set"), roads=True)
    return type(town)(replace(town.config, ledger_profile="xingtai"))


@pytest.fixture(scope="module")
def edition(project):
    return set_edition(project)


@pytest.fixture(scope="module")
def schools(edition):
    return {school.id: school for school in planned_schools(edition)}


@pytest.fixture(scope="module")
def tables(project, edition, schools):
    return statutory_tables(edition, list(schools.values()), closures_of(project))


@pytest.fixture(scope="module")
def path(tables, edition, tmp_path_factory):
    found = tmp_path_factory.mktemp("book") / "tables.xlsx"
    write_printed(tables, found, imprint_of(edition))
    return found


def rows(table):
    """Rows as dicts by English header, totals left out."""
    heads = [column.en for column in table.sheet.columns]
    return [dict(zip(heads, row, strict=True)) for row in table.sheet.rows[table.totals :]]


def test_there_are_the_seven_tables_of_the_procedure_in_their_order(tables):
    assert [table.title[0] for table in tables] == NAMES
    assert [table.number for table in tables] == [1, 2, 3, 4, 5, 6, 7]


def test_what_becomes_of_each_school_follows_from_its_projects(schools):
    found = {key: (school.action, school.year, school.seats_now, school.seats) for key, school in schools.items()}
    assert found == {
        "K1": (Action.KEEP, None, 120, 120),
        "K2": (Action.CLOSE, 2027, 90, 0),
        "K3": (Action.KEEP, None, 30, 30),
        "A1": (Action.EXPAND, 2026, 270, 540),
        # V3 was finished before the year of the data: the layer holds it
        "N9": (Action.KEEP, None, 420, 420),
        "J1": (Action.MOVE, 2028, 300, 450),
        "V5": (Action.NEW, 2029, None, 540),
        "S1": (Action.NEW, None, None, 270),
    }


def test_a_new_school_has_the_classes_that_fill_its_seats_and_the_parcel_under_it(schools):
    site = schools["S1"]
    assert (site.classes, site.plot, site.land_m2) == (9, "L1", 40_000)  # 270 seats at 30 a class


def test_the_register_judges_class_sizes_and_adds_up(tables):
    total = dict(zip([column.en for column in tables[0].sheet.columns], tables[0].sheet.rows[0], strict=True))
    assert (total["classes"], total["pupils"], total["site, m²"]) == (29, 1156, 26_300)
    first = rows(tables[0])[0]
    assert (first["id"], first["pupils per class"], first["class size"]) == ("K1", 32.5, "超上限：幼儿园32.5 / over")
    assert first["site per pupil, m²"] == 10


def test_a_handful_of_children_cannot_be_told_from_any_table(tables):
    register = {row["id"]: row for row in rows(tables[0])}
    # six children at K3; K2 is hidden with them, or they were the total less all the others
    assert (register["K3"]["pupils"], register["K2"]["pupils"]) == ("<10", "≥10")
    assert register["K3"]["pupils per class"] is None
    assert register["K2"]["site per pupil, m²"] is None
    closing = rows(tables[5])[0]
    assert closing["id"] == "K2"
    assert "80" not in closing["what closing would do"]
    assert "学生数不公布" in closing["what closing would do"]


def test_columns_that_the_layer_does_not_fill_are_left_out(tables):
    heads = {column.en for column in tables[0].sheet.columns}
    assert "floor, m²" in heads
    assert not heads & {"beds", "township", "opened", "sports, m²"}


def test_what_is_to_be_built_stands_by_year_and_is_summed(tables):
    assert [(row["id"], row["year"]) for row in rows(tables[4])] == [
        ("V2", 2026),
        ("V4", 2028),
        ("V5", 2029),
        ("S1", None),
    ]
    total = dict(zip([column.en for column in tables[4].sheet.columns], tables[4].sheet.rows[0], strict=True))
    # 270 at A1, 150 more at J1, 540 of V5, 270 of S1; 500 + 800 + 900
    assert (total["more than today"], total["cost, unit of the layer"]) == (1230, 2200)


def test_texts_and_tables_count_the_same_projects_and_each_has_its_figures(edition, tables, schools, path):
    built = built_in(edition.plan, list(schools.values()))
    figures = {figure.id: figure for figure in built_figures(edition.plan, list(schools.values()))}
    table = rows(tables[4])
    assert len(table) == len(built["projects"]) == figures["built.count"].value == 4
    assert [each["id"] for each in built["projects"]] == [row["id"] for row in table]
    assert figures["built.seats"].value == 1230
    assert {each["zh"]: figures[f"{each['key']}.count"].value for each in built["kinds"]} == {
        "改扩建": 1, "新建": 2, "迁建": 1,
    }  # fmt: skip
    assert {each["zh"]: figures[f"{each['key']}.count"].value for each in built["years"]} == {
        "2026年": 1, "2028年": 1, "2029年": 1, "年份未定": 1,
    }  # fmt: skip
    figure = figures["built.project.V2.seats_more"]
    ((where, value),) = printed_cells(path.parent, spots(figure.id, figure.as_dict()))
    assert ("表5 近期建设项目表!" in where, value, figure.value) == (True, 270, 270)


def test_a_row_without_an_id_is_printed_as_the_row_of_its_table(schools):
    school = replace(schools["V5"], id="row 3", projects=("row 3",))
    assert (school.label, school.project_label) == ("建设项目表第3行", "建设项目表第3行")
    assert replace(schools["A1"], id="row 12").label == "学校表第12行"
    assert (schools["A1"].label, schools["A1"].project_label) == ("A1", "V2")


def test_what_closes_names_its_receivers_with_who_runs_them(tables):
    (row,) = rows(tables[5])
    named = row["receiving schools, public or private"]
    assert named
    schools = [each for each in named.split("\n") if not each.startswith("选址 ")]
    assert all(each.endswith(("（公办）", "（民办）", "（性质不详）", "none")) for each in schools)


def test_a_closing_that_its_simulation_refuses_is_told_beside_the_school_and_by_the_lint(edition):
    (school, (tried, *_)) = next(iter(edition.closures.items()))
    keep, may = (replace(tried, verdict=verdict) for verdict in (ClosureVerdict.KEEP, ClosureVerdict.MAY_CLOSE))
    assert f"{tried.stage.zh}保留" in verdict_zh(edition.plan, school, [keep])
    assert "应当保留" in verdict_zh(edition.plan, school, [keep])
    assert "可撤并" in verdict_zh(edition.plan, school, [may])
    assert verdict_zh(edition.plan, school, []) == ""
    (finding,) = lint_closings({school: [keep]})
    assert (finding.code, school in finding.what) == ("closing-against-verdict", True)
    assert [*lint_closings({school: [may]})] == []
    context = context_of(replace(edition, closures={school: [keep]}))
    assert any("撤并测算：" in each for each in context["closed"])


def test_seats_are_told_gross_and_net_of_what_closings_end(edition, schools):
    told = {each.id: each.value for each in built_figures(edition.plan, list(schools.values()))}
    ended = sum(each.seats_now for each in schools.values() if each.action in ENDING and each.seats == 0)
    assert told["built.ended"] == ended > 0
    assert told["built.net"] == told["built.seats"] - ended


def test_every_indicator_prints_what_it_was_computed_from(tables):
    found = {row["clause"]: row for row in rows(tables[6])}
    assert "公办学位" in found["XT-R-47"]["how it comes about"]
    assert all(row["how it comes about"] for row in found.values())


def test_a_closing_school_has_the_procedure_to_be_ticked_with_hearing_and_publication(tables):
    row = rows(tables[5])[0]
    assert {row[step] for step in ("plan", "argument", "hearing", "parents", "publication", "seats", "approval")} == {
        "□"
    }
    assert row["verdict"] == "幼儿园保留 / keep"
    assert any("公示一个月" in zh for zh, _ in tables[5].notes)


def test_indicators_stand_beside_their_base_year(tables):
    found = {row["clause"]: row for row in rows(tables[6])}
    target = found["XT-I-02"]
    assert (target["base"], target["operator"], target["target"], target["deadline"]) == (
        "90.07 %（2020）", "不小于 ≥", "93 %", 2025,
    )  # fmt: skip
    assert target["source"].startswith("002_")
    assert "XT-I-01" in found  # the base itself, a clause of its own in every count


def test_tables_that_nothing_feeds_are_there_and_say_so(edition, tmp_path):
    empty = replace(edition, pupils=None, ledger=None)
    made = statutory_tables(empty, [], {})
    write_printed(made, tmp_path / "t.xlsx", imprint_of(empty))
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    for name in ("表2 学龄人口预测表", "表7 规划指标表"):
        assert any("没有此类内容" in str(cell) for row in book[name].iter_rows(values_only=True) for cell in row)


def test_each_sheet_prints_on_landscape_paper_with_heads_and_page_numbers_repeated(path):
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["目录", *(f"表{number} {name}" for number, name in enumerate(NAMES, start=1))]
    for page in book.worksheets[1:]:
        assert page.page_setup.orientation == "landscape"
        assert int(page.page_setup.paperSize) in {8, 9}
        assert page.print_title_rows == "$1:$4"
        assert "&P" in page.oddFooter.center.text
        assert page.oddFooter.center.text.count("&N") == 1
        assert page.sheet_properties.pageSetUpPr.fitToPage
        assert re.fullmatch(r"表\d  .+", page["A1"].value)
        assert "数据日期" in page["A3"].value


def test_words_of_geoplans_own_are_printed_in_chinese_and_explained_in_the_contents(path):
    book = openpyxl.load_workbook(path)
    stages = {row[3] for row in book["表1 现状学校一览表"].iter_rows(min_row=6, values_only=True) if row[3]}
    assert stages == {"幼儿园", "小学", "小学、初中", "初中"}
    terms = next(str(row[0]) for row in book["目录"].iter_rows(values_only=True) if str(row[0]).startswith("用语"))
    assert "小学 primary" in terms


def test_no_cell_of_any_table_is_a_formula_or_a_link(path):
    with ZipFile(path) as package:
        parts = {name: package.read(name).decode() for name in package.namelist() if name.endswith((".xml", ".rels"))}
    assert not any("<f>" in text or "<hyperlink" in text for text in parts.values())
    assert not any("externalLink" in name for name in parts)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_in_every_place_of_a_table_stays_text(text, tmp_path):
    columns = (Column(text, text), Column("n", "n", "count"), Column("w", "w", "words"), Column("l", "l", "lines"))
    table = PrintedTable(
        1, (text, text), Sheet("表", columns, ((text, text, text, text),)), (text, text), ((text, text),)
    )
    write_printed([table], tmp_path / "t.xlsx", replace(IMPRINT, project=text, author=text, data_date=text))
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    cells = [cell for page in book.worksheets for row in page.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    row = [cell for cell in book.worksheets[1][5] if cell.value is not None]
    if text.strip().startswith(("=", "+", "-", "@")):
        # with the apostrophe the text stays one when somebody edits the cell
        assert all(cell.quotePrefix for cell in row)


def test_the_name_of_a_project_is_no_code_in_the_footer(tmp_path):
    table = PrintedTable(1, ("题", "t"), Sheet("表", (Column("a", "a"),), (("x",),)))
    write_printed([table], tmp_path / "t.xlsx", IMPRINT)
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    assert book.worksheets[1].oddFooter.left.text == "&&P&&D项目"


def test_the_same_edition_gives_the_same_bytes(tables, edition, path, tmp_path):
    write_printed(tables, tmp_path / "again.xlsx", imprint_of(edition))
    assert (tmp_path / "again.xlsx").read_bytes() == path.read_bytes()


def test_wrapped_text_makes_its_row_higher(tmp_path):
    table = PrintedTable(1, ("题", "t"), Sheet("表", (Column("a", "a", "lines", 10),), (("字" * 20,), ("字",))))
    write_printed([table], tmp_path / "t.xlsx", IMPRINT)
    page = openpyxl.load_workbook(tmp_path / "t.xlsx").worksheets[1]
    # five Chinese letters stand on a line of ten
    assert (page.row_dimensions[5].height, page.row_dimensions[6].height) == (58.5, 15.75)


def test_plans_of_scenarios_are_compared_in_an_eighth_table_and_their_figures_are_found_in_it(tmp_path):
    folder = set_town.write(tmp_path / "town")
    text = (folder / "project.toml").read_text(encoding="utf-8")
    (folder / "project.toml").write_text(
        text + '\n[[scenarios]]\nname = "=不用一号"\nexclude = ["S1"]\n', encoding="utf-8"
    )
    plan = Project.open(folder).plan()
    (table,) = comparison_tables(plan)
    assert (table.number, len(table.sheet.rows)) == (8, 2 * len(plan.stages))
    found = {(row["plan no."], row["stage"]): row for row in rows(table)}
    other = plan.scenarios[0].proposals[0]
    assert found[0, "幼儿园"]["covered after"] == plan.stages[0].proposal.after.total.covered
    assert found[1, "幼儿园"]["covered after"] == other.after.total.covered
    assert found[1, "幼儿园"]["sites"] == len(other.sites)
    assert found[0, "幼儿园"]["nearer than in the main plan"] is None
    write_printed((table,), tmp_path / "tables.xlsx", Imprint("镇", "局", "2025-09-01", "0" * 12))
    figure = next(each for each in scenario_figures(plan) if each.id == "scenario.1.kindergarten.after.covered")
    ((where, value),) = printed_cells(tmp_path, spots(figure.id, figure.as_dict()))
    assert where.startswith("tables.xlsx 表8 方案比较表!")
    assert value == figure.value


def test_a_plan_that_builds_the_same_says_whose_twin_it_is(tmp_path):
    folder = set_town.write(tmp_path / "town")
    text = (folder / "project.toml").read_text(encoding="utf-8")
    more = '\n[[scenarios]]\nname = "照旧"\nexclude = ["S4"]\n[[scenarios]]\nname = "不用一号"\nexclude = ["S1"]\n'
    (folder / "project.toml").write_text(text + more, encoding="utf-8")
    plan = Project.open(folder).plan()
    (table,) = comparison_tables(plan)
    found = {(row["plan no."], row["stage"]): row["beside the others"] for row in rows(table)}
    assert found[0, "幼儿园"] == ""
    assert found[1, "幼儿园"] == "选址与“主方案”相同"
    assert found[2, "幼儿园"] == ""
    assert [same_plan(plan, number) for number in range(3)] == [None, 0, None]
    assert [each["same"] for each in scenarios_in(plan)] == ["", "主方案", ""]
    assert any("“照旧”与“主方案”" in zh for zh, _ in table.notes)
