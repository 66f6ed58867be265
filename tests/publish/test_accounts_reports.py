"""The published balance and ledger: nothing from the data runs, small counts are hidden, the same everywhere."""

from __future__ import annotations

import json
from dataclasses import replace

import geopandas as gpd
import openpyxl
import pytest
import shapely

from geoplan.project import Project
from geoplan.publish.sheets_ledger import HANDFUL, ledger_table, published_words

HOSTILE = "<img src=x onerror=alert(1)>${alert(1)}"
FORMULA = "=HYPERLINK(1)"


@pytest.fixture(scope="module")
def out(two_counties, tmp_path_factory):
    """County A is called by markup and has 4 children of each stage; county B by a formula."""
    districts = gpd.GeoDataFrame(
        {"id": ["A", "B"], "name": [HOSTILE, FORMULA], "area": ["urban", "urban"]},
        geometry=[shapely.box(6000 * at, 0, 6000 * at + 6000, 6000) for at in range(2)],
    )
    ages = [
        {"district": "A", "year": 2020, "age_0": 1, "age_1_4": 4, "age_5_9": 5, "age_10_14": 0},
        {"district": "B", "year": 2020, "age_0": 40, "age_1_4": 160, "age_5_9": 250, "age_10_14": 200},
    ]
    schools = [
        {"id": "AP", "name": HOSTILE, "stage": "primary", "ownership": "公办", "classes": 1, "x": 3000, "y": 3000,
         "included_pupils": 7, "resource_room": "否", "enrolment": 30},
        {"id": "BP", "name": FORMULA, "stage": "primary", "ownership": "公办", "classes": 9, "x": 9000, "y": 3000,
         "included_pupils": 12, "resource_room": "是", "enrolment": 400},
    ]  # fmt: skip
    project = Project.open(two_counties(districts=districts, ages=ages, schools=schools))
    folder = tmp_path_factory.mktemp("reports")
    project.publish_pupils(project.pupils(), out=folder)
    ledger = project.ledger(profile="anyang", as_of=2026)
    project.publish_ledger(ledger, other=project.ledger(as_of=2026), out=folder)
    return folder


def rows_of(path, sheet):
    page = openpyxl.load_workbook(path)[sheet]
    heads = [cell.value.splitlines()[0] for cell in page[1]]
    return [dict(zip(heads, (cell.value for cell in row), strict=True)) for row in page.iter_rows(min_row=2)]


def test_a_handful_of_pupils_is_hidden_together_with_what_would_tell_it(out):
    rows = rows_of(out / "balance.xlsx", "学位供需平衡表")
    small = next(row for row in rows if row["编号"] == "A" and row["学段"].startswith("小学") and row["学年"] == 2020)
    assert small["学生"] == "<10"
    assert (small["缺口"], small["空余"], small["建议"]) == (None, None, None)
    assert small["公办学位"] == 45


def test_a_hidden_county_cannot_be_had_by_subtracting_the_other_from_the_whole(out):
    rows = rows_of(out / "balance.xlsx", "学位供需平衡表")
    by_place = {row["编号"]: row for row in rows if row["学段"].startswith("小学") and row["学年"] == 2020}
    assert by_place[None]["学生"] == 284
    assert by_place["B"]["学生"] == "≥10"
    assert by_place["B"]["缺口"] is None
    forecast = rows_of(out / "balance.xlsx", "学龄人口预测表")
    lines = {row["编号"]: row for row in forecast if row["学段"].startswith("小学") and row["方案"].startswith("中")}
    assert (lines["A"]["2020"], lines["B"]["2020"]) == ("<10", "≥10")


def test_the_json_file_holds_the_same_rows_as_the_workbook_and_nothing_else_of_the_data(out):
    for name in ("balance", "ledger-anyang"):
        facts = json.loads((out / f"{name}.json").read_text(encoding="utf-8"))
        book = openpyxl.load_workbook(out / f"{name}.xlsx")
        assert [*facts["tables"], "说明"] == book.sheetnames
        for sheet, rows in facts["tables"].items():
            cells = [[cell.value for cell in row] for row in book[sheet].iter_rows(min_row=2)]
            told = [["" if value is None else value for value in row.values()] for row in rows]
            assert len(told) == len(cells)
            assert told[:3] == [["" if value is None else value for value in row] for row in cells[:3]]


def test_names_that_look_like_formulas_stay_text(out):
    for name in ("balance.xlsx", "ledger-anyang.xlsx"):
        for sheet in openpyxl.load_workbook(out / name):
            assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    assert any(row["区划"] == FORMULA for row in rows_of(out / "balance.xlsx", "学位供需平衡表"))


@pytest.mark.browser
@pytest.mark.parametrize("name", ["balance.html", "ledger-anyang.html"])
def test_a_county_called_by_markup_is_read_and_never_run(out, name, open_file):
    opened = open_file(out / name)
    for tab in opened.page.locator("#tabs button").all():
        tab.click()
    assert opened.page.locator("img[src='x']").count() == 0


@pytest.mark.browser
def test_the_ledger_begins_with_the_whole_area_and_opens_to_the_counties(out, open_file):
    page = open_file(out / "ledger-anyang.html").page
    whole = page.locator("#panel-台账 tbody tr").count()
    assert set(page.locator("#panel-台账 tbody tr td:nth-child(6)").all_inner_texts()) == {"全域"}
    page.locator("#filters select").nth(2).select_option("")
    assert page.locator("#panel-台账 tbody tr").count() >= whole


def test_an_entry_that_counts_a_handful_of_children_is_published_without_its_figures(two_counties):
    ledger = Project.open(two_counties()).ledger(as_of=2026)
    entry = replace(ledger.of("XT-I-15")[0], zh="公办在园7人／250人", en="7 of 250", value=2.8, children=(7.0, 250.0))
    assert published_words(entry) == HANDFUL
    (row,) = ledger_table(replace(ledger, entries=(entry,))).sheet.rows
    assert row[7] is None
    assert not any("7" in str(cell) or "2.8" in str(cell) for cell in row[12:15])
    open_one = replace(entry, children=(70.0, 250.0))
    assert published_words(open_one)[0].endswith("公办在园7人／250人")
