"""A town with a nine-year and a twelve-year school: every output of one set says the same seats of every stage.

School | stages                    | listed | classes        | seats by stage (cap 45 / 50 / 50)
A1     | primary (D1)              | 300    | 6              | 270
N9     | primary + junior (D1)     | 500    | 9: 6 + 3       | 270 + 150
T12    | twelve-year (D2)          | 1,600  | 24: 12 + 6 + 6 | 540 + 300 + 300
J1     | junior, private (D2)      | 320    | 6              | 300
W3     | 完全中学 (D2)              | 600    |                | 300 + 300: the listed seats, half and half
"""

from __future__ import annotations

import importlib.util
import json
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from geoplan.project import Project
from geoplan.publish.figures import figures_of, write_figures
from geoplan.publish.lint_totals import lint_totals
from geoplan.publish.page import render_page
from geoplan.publish.payload import build_payload
from geoplan.publish.sheets_today import schools_sheet
from geoplan.publish.stage_seats import seats_today
from geoplan.publish.statutory.planned import planned_schools
from geoplan.publish.statutory.printed import write_printed
from geoplan.publish.statutory.shares import site_shares
from geoplan.publish.statutory.tables import imprint_of, statutory_tables
from geoplan.publish.tables import write_tables
from geoplan.sets import set_edition
from geoplan.types import Stage

spec = importlib.util.spec_from_file_location("tiny_seats", Path(__file__).with_name("tiny.py"))
tiny = importlib.util.module_from_spec(spec)
spec.loader.exec_module(tiny)

SCHOOLS = (
    ("A1", "一小", "小学", "公办", 300, 6, 0, 0),
    ("N9", "九年一贯制学校", "九年一贯制", "公办", 500, 9, 1, 0),
    ("T12", "十二年一贯制学校", "十二年一贯制", "公办", 1600, 24, 5, 4),
    ("J1", "民办初中", "初中", "民办", 320, 6, 4, 4),
    ("W3", "完全中学", "完全中学", "公办", 600, "", 4, 3),
)
SEATS = {
    "A1": {Stage.PRIMARY: 270}, "N9": {Stage.PRIMARY: 270, Stage.JUNIOR: 150},
    "T12": {Stage.PRIMARY: 540, Stage.JUNIOR: 300, Stage.SENIOR: 300}, "J1": {Stage.JUNIOR: 300},
    "W3": {Stage.JUNIOR: 300, Stage.SENIOR: 300},
}  # fmt: skip
PUBLIC = {("primary", "D1"): 540, ("primary", "D2"): 540, ("junior", "D1"): 150, ("junior", "D2"): 600}


def write(folder):
    tiny.write(folder)
    rows = [(*row[:6], "POINT({} {})".format(*tiny.at(*row[6:]))) for row in SCHOOLS]
    tiny._csv(folder / "schools.csv", ["id,name,stage,ownership,capacity,classes,wkt"], rows)  # noqa: SLF001
    ages = [(key, 2024, 3000, 40, 200, *five) for key, *five in (("D1", 400, 300), ("D2", 900, 500))]
    tiny._csv(folder / "ages.csv", ["district,year,people,age_0,age_1_4,age_5_9,age_10_14"], ages)  # noqa: SLF001
    text = (folder / "project.toml").read_text(encoding="utf-8")
    text = text.replace('stages = ["kindergarten", "primary"]', 'stages = ["primary", "junior"]')
    text = text.replace('profile = "combined"', 'profile = "combined"\nradius_profiles = ["national", "hebei"]')
    text = text.replace("new = { kindergarten = 1, primary = 0 }", "new = { primary = 1, junior = 1 }")
    text += '\n[layers.ages]\npath = "ages.csv"\n[forecast]\nuntil = 2030\n'
    text += 'births_change = { value = 0, year = 2024, source = "x" }\n'
    (folder / "project.toml").write_text(text, encoding="utf-8")
    return folder


def with_projects(folder, *lines):
    head = "id,name,district,stage,action,classes,seats,finish,status,school"
    (folder / "projects.csv").write_text("\n".join((head, *lines)) + "\n", encoding="utf-8")
    text = (folder / "project.toml").read_text(encoding="utf-8")
    (folder / "project.toml").write_text(text + '[layers.projects]\npath = "projects.csv"\n', encoding="utf-8")


@pytest.fixture(scope="module")
def edition(tmp_path_factory):
    return set_edition(Project.open(write(tmp_path_factory.mktemp("seats") / "town")))


@pytest.fixture(scope="module")
def tables(edition):
    return statutory_tables(edition, planned_schools(edition), {})


@pytest.fixture(scope="module")
def written(edition, tables, tmp_path_factory):
    """Tables, figures and page of one edition."""
    folder = tmp_path_factory.mktemp("written")
    write_printed(tables, folder / "tables.xlsx", imprint_of(edition))
    write_figures(edition, figures_of(edition), folder / "figures.json", places={})
    payload = build_payload(edition.plan, edition.map_file, pupils=edition.pupils)
    (folder / "page.html").write_text(render_page(payload), encoding="utf-8")
    return folder


def rows(table):
    heads = [column.en for column in table.sheet.columns]
    return [dict(zip(heads, row, strict=True)) for row in table.sheet.rows]


def test_each_stage_of_a_school_has_its_seats_by_the_rule_of_the_balance(edition):
    seats = seats_today(edition.plan)
    assert {school: seats.school(school) for school in SEATS} == SEATS
    assert seats.total(Stage.JUNIOR).public == 750
    assert seats.total(Stage.JUNIOR, "D2").private == 300


def test_the_capacity_of_the_roster_is_called_so_and_stands_beside_the_seats_of_the_stages(edition, tables):
    total, public, *schools = rows(tables[0])
    assert (total["seats as listed"], total["primary seats"], total["junior seats"], total["senior seats"]) == (
        3320, 1080, 1050, 600,
    )  # fmt: skip
    assert (public["school"], public["junior seats"]) == ("其中公办学位", 750)
    twelve = next(row for row in schools if row["id"] == "T12")
    assert [twelve[f"{stage} seats"] for stage in ("primary", "junior", "senior")] == [540, 300, 300]
    today = schools_sheet(edition.plan)
    heads = [column.en for column in today.columns]
    listed = next(row for row in today.rows if row[0] == "T12")
    assert [listed[heads.index(f"{each}")] for each in ("seats as listed", "primary seats", "junior seats")] == [
        1600, 540, 300,
    ]  # fmt: skip


def test_tables_figures_and_page_say_the_same_seats_by_stage_and_district(edition, tables, written):
    figures = json.loads((written / "figures.json").read_text(encoding="utf-8"))["figures"]
    page = build_payload(edition.plan, edition.map_file, pupils=edition.pupils)["balance"]["stages"]
    names = dict(zip(edition.plan.units.district_ids, edition.plan.units.district_names, strict=True))
    for (stage, place), seats in PUBLIC.items():
        for table, head in ((tables[0], f"{stage} seats"), (tables[3], f"{stage} seats today")):
            mine = [
                row for row in rows(table) if row["district"] == names[place] and row["ownership"] == "公办 / public"
            ]
            assert sum(row[head] or 0 for row in mine) == seats, (table.number, stage, place)
        balance = next(
            row for row in rows(tables[2])
            if (row["id"], row["year"]) == (place, 2024) and row["stage"].endswith(stage)
        )  # fmt: skip
        assert balance["of these today's schools"] == seats
        key = f"seats.{stage}.2024.{place}"
        assert figures[f"{key}.seats"]["value"] - figures[f"{key}.planned"]["value"] == seats
        at = list(names).index(place)
        assert page[stage]["2024"]["seats"][at] - page[stage]["2024"]["planned"][at] == seats
    assert list(lint_totals(edition.plan, sorted(written.iterdir()))) == []


@pytest.mark.parametrize(
    ("sheet", "head", "row", "value"),
    [
        (1, "小学学位", ("编号", "N9"), 500),
        (1, "初中学位", ("学校名称", "其中公办学位"), 751),
        (3, "其中现有学校", ("编号", "D2"), 541),
        (4, "现状高中学位", ("编号", "T12"), 1140),
    ],
)
def test_one_wrong_cell_is_refused_and_named(edition, written, tmp_path, sheet, head, row, value):
    book = openpyxl.load_workbook(written / "tables.xlsx")
    page = book.worksheets[sheet]
    heads = {str(cell.value or "").split("\n")[0]: cell.column for cell in page[4]}
    at = next(line for line in range(5, page.max_row) if page.cell(line, heads[row[0]]).value == row[1])
    cell = page.cell(at, heads[head])
    cell.value = value
    book.save(tmp_path / "tables.xlsx")
    (found,) = lint_totals(edition.plan, [tmp_path / "tables.xlsx"])
    assert found.code == "totals-differ"
    assert found.rows == (f"{page.title}!{cell.coordinate}",)
    assert str(value) in found.what


def test_a_school_moved_to_another_district_by_hand_changes_two_sums_and_both_are_named(edition, written, tmp_path):
    book = openpyxl.load_workbook(written / "tables.xlsx")
    page = book.worksheets[1]
    heads = {str(cell.value or "").split("\n")[0]: cell.column for cell in page[4]}
    at = next(line for line in range(5, page.max_row) if page.cell(line, heads["编号"]).value == "A1")
    page.cell(at, heads["片区"]).value = "=D2"
    book.save(tmp_path / "tables.xlsx")
    found = list(lint_totals(edition.plan, [tmp_path / "tables.xlsx"]))
    assert len(found) == 2
    assert {"城关镇" in each.what for each in found} == {True, False}


def test_wrong_seats_in_figures_and_page_are_refused_with_their_place(edition, written, tmp_path):
    document = json.loads((written / "figures.json").read_text(encoding="utf-8"))
    document["figures"]["seats.junior.2024.D1.seats"]["value"] += 1
    (tmp_path / "figures.json").write_text(json.dumps(document), encoding="utf-8")
    payload = build_payload(edition.plan, edition.map_file, pupils=edition.pupils)
    payload["balance"]["stages"]["primary"]["2024"]["seats"][1] = 0
    (tmp_path / "page.html").write_text(render_page(payload), encoding="utf-8")
    found = list(lint_totals(edition.plan, sorted(tmp_path.iterdir())))
    assert [each.rows for each in found] == [
        ("seats.junior.2024.D1.seats",), ("balance.stages.primary.2024.seats[1]",),
    ]  # fmt: skip


def test_the_sheet_of_schools_beside_the_page_is_checked_too(edition, tmp_path):
    write_tables(edition.plan, tmp_path / "tables.xlsx")
    assert list(lint_totals(edition.plan, [tmp_path / "tables.xlsx"])) == []
    book = openpyxl.load_workbook(tmp_path / "tables.xlsx")
    page = book["现状"]
    heads = {str(cell.value or "").split("\n")[0]: cell.column for cell in page[1]}
    row = next(line for line in range(2, 9) if page.cell(line, 1).value == "W3")
    page.cell(row, heads["高中学位"]).value = 600
    book.save(tmp_path / "tables.xlsx")
    (found,) = lint_totals(edition.plan, [tmp_path / "tables.xlsx"])
    assert found.rows == (f"现状!{page.cell(row, heads['高中学位']).coordinate}",)


def test_the_advice_says_what_the_sites_of_the_district_bring_and_what_is_short_after_them(tables):
    found = {
        (row["id"], row["stage"].split(" / ")[1]): row for row in rows(tables[2]) if row["year"] == 2024
    }  # fmt: skip
    short = found["D2", "primary"]
    # 920 pupils, 540 seats, 100 from the neighbour, 270 of the site S3
    assert (short["short"], short["seats of proposed sites"], short["still short after them"]) == (380, 270, 10)
    assert "本方案在此选址1处，建成后增加学位270个，仍缺10个；其余10个：扩建1班（每班45人）" in short["advice"]
    whole = found["", "primary"]
    assert (whole["seats of proposed sites"], whole["still short after them"]) == (270, 10)
    assert "座" not in "".join(str(cell) for table in tables for row in table.sheet.rows for cell in row)


def test_a_plot_that_stages_share_counts_its_seats_and_cost_once(edition):
    primary, junior = edition.plan.stages
    site = primary.proposal.sites[0]
    shared = replace(site, seats=1081.0, cost=900.0)
    plan = replace(
        edition.plan,
        stages=tuple(replace(each, proposal=replace(each.proposal, sites=(shared,))) for each in (primary, junior)),
    )
    parts = site_shares(plan)
    assert [(each.seats, each.cost) for each in parts.values()] == [(541, 450), (540, 450)]
    assert parts[Stage.PRIMARY, site.id].others == (Stage.JUNIOR,)
    table = statutory_tables(replace(edition, plan=plan), planned_schools(replace(edition, plan=plan)), {})[4]
    total, *each = rows(table)
    assert (total["more than today"], total["cost, unit of the layer"]) == (1081, 900)
    assert all("合用地块" in row["basis"] for row in each)


def test_shares_that_differ_are_the_plans_own_and_stay(edition):
    primary, junior = edition.plan.stages
    site = primary.proposal.sites[0]
    stages = tuple(
        replace(each, proposal=replace(each.proposal, sites=(replace(site, seats=seats, cost=cost),)))
        for each, seats, cost in ((primary, 600.0, 500.0), (junior, 480.0, 400.0))
    )
    parts = site_shares(replace(edition.plan, stages=stages))
    assert [(each.seats, each.cost) for each in parts.values()] == [(600, 500), (480, 400)]


def test_a_stage_that_moves_out_of_a_nine_year_school_leaves_the_other_one(tmp_path):
    folder = write(tmp_path / "town")
    with_projects(folder, "V1,初中部迁建,城关镇,初中,迁建,6,300,2028,未开工,N9")
    schools = {each.id: each for each in planned_schools(set_edition(Project.open(folder)))}
    # 270 primary seats stay, 300 junior ones come for 150
    assert (schools["N9"].seats_now, schools["N9"].seats, schools["N9"].seats_more) == (420, 570, 150)
    assert schools["N9"].classes is None


def test_a_school_that_a_late_project_should_have_ended_is_told_apart_and_passes_the_lint(tmp_path):
    folder = write(tmp_path / "town")
    with_projects(folder, "V1,撤并一小,城关镇,小学,撤销,,,2023,未开工,A1")
    edition = set_edition(Project.open(folder))
    tables = statutory_tables(edition, planned_schools(edition), {})
    write_printed(tables, tmp_path / "tables.xlsx", imprint_of(edition))
    assert rows(tables[0])[1]["primary seats"] == 1080
    whole = next(row for row in rows(tables[2]) if (row["id"], row["year"]) == ("", 2024))
    assert whole["of these today's schools"] == 810
    assert any("（A1），其公办学位在本表，不在表3：小学270个" in zh for zh, _ in tables[0].notes)
    assert list(lint_totals(edition.plan, [tmp_path / "tables.xlsx"])) == []
