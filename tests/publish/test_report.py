"""A report: page, workbook and JSON from the same sheets; the page in a real browser with the network off."""

from __future__ import annotations

import json
from dataclasses import replace

import openpyxl
import pytest

from geoplan.errors import PublishError
from geoplan.publish.charts import Chart
from geoplan.publish.report import Card, Report, ReportTable, write_report
from geoplan.publish.sheets import Column, Sheet
from geoplan.types import Finding, Severity

HOSTILE = "<img src=x onerror=alert(1)>${alert(1)}"
PHONE = {"viewport": {"width": 360, "height": 740}, "device_scale_factor": 2, "is_mobile": True, "has_touch": True}
COLUMNS = (
    Column("条款", "clause"),
    Column("判定", "verdict", "state"),
    Column("数值", "value", "decimal"),
    Column("占比", "share", "share"),
    Column("年份", "year", "year"),
    Column("说明", "how", "lines"),
)
ROWS = (
    ("A-1", "符合 / met", 58.25, 0.5, 2025, "第一行\n第二行"),
    ("A-2", "不符合 / not met", 12.0, None, 2022, HOSTILE),
    ("=1+1", "缺数据 / no data", None, None, None, "__proto__"),
)


@pytest.fixture
def report():
    chart = Chart("line", ("一条线", "A line"), ("从0到1。", "From 0 to 1."), lambda axes, label: axes.plot([0, 1]))
    return Report(
        stem="sample",
        title=("示例报告", "Sample report"),
        project=HOSTILE,
        author="规划院",
        data_date="2026-11-22",
        headline=(("三条中一条符合。", "One of three is met."),),
        cards=(Card("符合", "met", "1", "条", "good"), Card("缺数据", "no data", "1", tone="doubt")),
        charts=(chart,),
        tables=(
            ReportTable(Sheet("条款", COLUMNS, ROWS), ("逐条", "Clauses"), ("全部条款", "All clauses"), (1,)),
            ReportTable(Sheet("空表", COLUMNS[:1], ()), ("空", "Empty")),
        ),
        notices=(("仅供讨论。", "For discussion only."),),
        findings=(Finding(Severity.WARNING, "code", HOSTILE, layer="schools", file="s.csv"),),
        footer=(("数据来源：测试。", "Source: a test."),),
        facts={"counts": {"met": 1}},
    )


@pytest.fixture
def written(report, tmp_path):
    return write_report(report, tmp_path, progress=lambda _step: None)


def test_a_report_is_a_page_a_workbook_a_json_file_and_a_picture_for_each_chart(written):
    assert {path.name for path in written.parent.iterdir()} == {
        "sample.html", "sample.xlsx", "sample.json", "sample-line.png",
    }  # fmt: skip


def test_two_runs_give_the_same_bytes(report, tmp_path):
    for folder in ("one", "two"):
        write_report(report, tmp_path / folder, progress=lambda _step: None)
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes(), path.name


def test_the_workbook_holds_the_tables_and_notes_and_no_formula(written):
    book = openpyxl.load_workbook(written.with_suffix(".xlsx"))
    assert book.sheetnames == ["条款", "空表", "说明"]
    sheet = book["条款"]
    assert [cell.value for cell in sheet[2]] == ["A-1", "符合 / met", 58.25, 0.5, 2025, "第一行\n第二行"]
    assert sheet["A4"].data_type == "s"
    assert sheet["A4"].value == "=1+1"
    assert [cell.value for cell in book["说明"][2]] == ["摘要 / summary", "三条中一条符合。", "One of three is met."]


def test_the_json_file_holds_the_facts_and_the_hash_of_every_file(written):
    facts = json.loads(written.with_suffix(".json").read_text(encoding="utf-8"))
    assert facts["counts"] == {"met": 1}
    assert set(facts["outputs_sha256"]) == {"sample.html", "sample.xlsx", "sample-line.png"}
    assert facts["findings"][0]["code"] == "code"


def test_findings_name_files_and_never_the_folders_of_a_machine(report, tmp_path):
    finding = replace(report.findings[0], file="/home/somebody/private/roster.xlsx")
    page = write_report(replace(report, findings=(finding,)), tmp_path, progress=lambda _step: None)
    for path in (page, page.with_suffix(".json")):
        text = path.read_text(encoding="utf-8")
        assert "roster.xlsx" in text
        assert "somebody" not in text


def test_a_fault_while_writing_leaves_the_last_good_report(report, written, monkeypatch):
    before = {path.name: path.read_bytes() for path in written.parent.iterdir()}

    def refuse(*_args, **_kwargs):
        raise PublishError("the disk is full")

    monkeypatch.setattr("geoplan.publish.report.write_workbook", refuse)
    with pytest.raises(PublishError, match="disk"):
        write_report(report, written.parent, progress=lambda _step: None)
    assert {path.name: path.read_bytes() for path in written.parent.iterdir()} == before


@pytest.mark.browser
def test_the_page_shows_cards_charts_and_tables_offline_and_runs_nothing_from_the_data(written, open_file):
    opened = open_file(written)
    assert "示例报告" in opened.text("#title")
    assert HOSTILE in opened.text("#byline")
    assert "三条中一条符合" in opened.text("#summary")
    assert opened.page.locator(".figure-card").count() == 2
    width = opened.page.evaluate("document.querySelector('.chart img').naturalWidth")
    assert width > 0
    assert opened.page.locator(".chart img").get_attribute("alt") == "从0到1。 From 0 to 1."
    body = opened.text("#panel-条款 tbody")
    for part in ("58.25", "50.0%", "2025", "不符合", HOSTILE, "=1+1", "—"):
        assert part in body
    assert opened.page.locator(".verdict-not_met").count() == 1


@pytest.mark.browser
def test_rows_are_chosen_by_words_and_by_verdict_and_sorted(written, open_file):
    page = open_file(written).page
    page.fill("#filters input", "a-2")
    assert page.locator("#panel-条款 tbody tr").count() == 1
    page.fill("#filters input", "")
    page.select_option("#filters select", "符合 / met")
    assert page.locator("#panel-条款 tbody tr").count() == 1
    page.select_option("#filters select", "")
    page.locator("#panel-条款 thead button").nth(2).click()
    first = page.locator("#panel-条款 tbody tr").first.inner_text()
    assert "A-1" in first
    page.locator("#tab-空表").click()
    assert "没有记录" in page.locator("#panel-空表").inner_text()


@pytest.mark.browser
def test_a_table_may_begin_with_a_choice_that_the_reader_can_undo(report, tmp_path, open_file):
    begun = replace(report.tables[0], chosen=((1, "缺数据 / no data"),))
    page = open_file(write_report(replace(report, tables=(begun,)), tmp_path, progress=lambda _step: None)).page
    assert page.locator("#panel-条款 tbody tr").count() == 1
    assert page.locator("#filters select").input_value() == "缺数据 / no data"
    page.select_option("#filters select", "")
    assert page.locator("#panel-条款 tbody tr").count() == 3


@pytest.mark.browser
def test_a_phone_of_360_px_needs_no_sideways_scrolling(written, open_file):
    opened = open_file(written, **PHONE)
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= 360
    opened.picture("report-phone")


@pytest.mark.browser
def test_on_paper_the_filters_are_gone_and_every_table_is_there(written, open_file):
    page = open_file(written).page
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert not page.locator("#filters").is_visible()
    assert page.locator("#panel-条款").is_visible()
    assert page.locator("#panel-空表").is_visible()
