"""The lint on the files of the tiny town (tiny.py): every fault is planted, found, and told with its place."""

from __future__ import annotations

import json
import shutil
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from geoplan.project import Project
from geoplan.publish.edition import Edition
from geoplan.publish.lint import as_warnings
from geoplan.publish.lint import lint as every_finding
from geoplan.publish.lint_cells import Cell, cells_of
from geoplan.publish.lint_content import lint_cells
from geoplan.publish.lint_personal import is_id_card, is_personal_header, mask_numbers, personal_numbers
from geoplan.publish.mapfile import Notice, notice_words, read_map
from geoplan.publish.publish import publish
from geoplan.types import Severity

CARD = "11010519491231002X"
"""The example of GB 11643 itself."""


@pytest.fixture(scope="module")
def plan(tiny, tmp_path_factory):
    return tiny.plan(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
def edition(plan):
    """An edition with everything that a public map must have."""
    notice = Notice(date(2026, 12, 1), date(2027, 1, 5), ("邮寄：城关镇一号",))
    map_file = replace(read_map("consultation"), approval_number="冀S（2026）001号", sources=("普查",), notice=notice)
    return Edition(plan, map_file)


@pytest.fixture(scope="module")
def written(plan, tmp_path_factory):
    out = tmp_path_factory.mktemp("published")
    publish(plan, "consultation", out, progress=lambda _: None)
    return out


@pytest.fixture
def out(written, tmp_path):
    """A copy of the published files that a test may spoil."""
    return Path(shutil.copytree(written, tmp_path / "out"))


def lint(edition, files):
    """Its errors: the town plans by merged and borrowed clauses, which is a warning of its own (test_lint_basis)."""
    return tuple(finding for finding in every_finding(edition, files) if finding.severity is Severity.ERROR)


def _lint(edition, folder):
    return lint(edition, sorted(folder.iterdir()))


def _codes(findings):
    return [finding.code for finding in findings]


def _with(edition, **changes):
    return replace(edition, map_file=replace(edition.map_file, **changes))


def test_a_map_with_everything_passes(edition, written):
    assert _lint(edition, written) == ()


def test_boundaries_without_a_review_number_are_an_error_and_hidden_ones_pass(edition):
    assert _codes(lint(_with(edition, approval_number=" "), [])) == ["no-approval-number"]
    assert lint(_with(edition, approval_number="", boundaries=False), []) == ()


@pytest.mark.parametrize(
    ("end", "codes"),
    [(date(2026, 12, 30), ["notice-too-short"]), (date(2026, 12, 31), []), (date(2027, 3, 1), [])],
)
def test_a_notice_lasts_as_long_as_the_clause_says(edition, end, codes):
    notice = Notice(date(2026, 12, 1), end, ("邮寄",))
    findings = lint(_with(edition, notice=notice), [])
    assert _codes(findings) == codes
    for finding in findings:
        assert "29 日" in finding.what
        assert "30 日" in finding.what
        assert "城乡规划法" in finding.why
        assert 'to = "2026-12-31"' in finding.fix


def test_closing_schools_needs_the_longer_notice_of_the_province(tiny, tmp_path):
    folder = tiny.write(tmp_path / "town")
    (folder / "projects.csv").write_text("项目编号,项目名称,建设性质\nB1,一小,撤销\n", encoding="utf-8")
    text = (folder / "project.toml").read_text(encoding="utf-8")
    (folder / "project.toml").write_text(text + '[layers.projects]\npath = "projects.csv"\n', encoding="utf-8")
    notice = Notice(date(2027, 1, 10), date(2027, 2, 9), ("邮寄",))  # 30 days, and a day short of a month
    map_file = replace(read_map("consultation"), approval_number="x", sources=("y",), notice=notice)
    (finding,) = lint(Edition(Project.open(folder).plan(), map_file), [])
    assert finding.code == "notice-too-short"
    assert "1 个月" in finding.what
    assert "听证" in finding.why
    assert "2027-02-10" in finding.fix


def test_a_year_of_closing_in_the_schools_layer_needs_it_too_and_a_cancelled_closing_does_not(tiny, tmp_path):
    folder = tiny.write(tmp_path / "town")
    notice = Notice(date(2027, 1, 10), date(2027, 2, 9), ("邮寄",))
    map_file = replace(read_map("consultation"), approval_number="x", sources=("y",), notice=notice)
    schools = (folder / "schools.csv").read_text(encoding="utf-8").splitlines()
    years = ["year_close", "2030", *[""] * (len(schools) - 2)]
    closing = "\n".join(f"{row},{year}" for row, year in zip(schools, years, strict=True))
    (folder / "schools.csv").write_text(f"{closing}\n", encoding="utf-8")
    assert _codes(lint(Edition(Project.open(folder).plan(), map_file), [])) == ["notice-too-short"]
    (folder / "schools.csv").write_text("\n".join(schools) + "\n", encoding="utf-8")
    (folder / "projects.csv").write_text("项目编号,项目名称,建设性质,进度\nB1,一小,撤销,取消\n", encoding="utf-8")
    text = (folder / "project.toml").read_text(encoding="utf-8")
    (folder / "project.toml").write_text(text + '[layers.projects]\npath = "projects.csv"\n', encoding="utf-8")
    assert lint(Edition(Project.open(folder).plan(), map_file), []) == ()


def test_what_a_map_leaves_out_is_told_all_at_once(edition, plan):
    config = replace(plan.config, data_date="", author=" ")
    bare = Edition(replace(plan, config=config), replace(edition.map_file, notice=None, sources=()))
    findings = lint(bare, [])
    assert _codes(findings) == ["no-notice", "no-source", "no-data-date", "no-author"]
    assert all(finding.fix and finding.why and finding.file for finding in findings)
    silent = _with(edition, notice=replace(edition.map_file.notice, channels=()))
    assert _codes(lint(silent, [])) == ["no-channels"]


def test_the_notice_and_the_sources_stand_in_words(edition):
    assert notice_words(edition.map_file)[0] == (
        "公示时间：2026年12月1日至2027年1月5日（35日）。意见反馈方式：邮寄：城关镇一号。",
        "On public notice from 2026-12-01 to 2027-01-05 (35 days). Comments: 邮寄：城关镇一号.",
    )
    assert notice_words(edition.map_file)[1] == ("数据来源：普查。", "Sources: 普查.")
    assert notice_words(replace(edition.map_file, notice=None, sources=())) == ()


@pytest.mark.parametrize(
    "head",
    ["身份证号", "身份证号码", "家庭住址", "手机号", "学生姓名", "监护人", "监护人电话", "家长姓名", "学籍号",
     "户籍地址", "手机 号码", "身份证号（必填）", "学生出生日期", "id_card", "Mobile", "home_address"],
)  # fmt: skip
def test_headers_of_personal_columns_are_known(head):
    assert is_personal_header(head)


@pytest.mark.parametrize(
    "head",
    [
        "学校名称",
        "学校地址",
        "联系电话",
        "人口",
        "学生",
        "在校生数",
        "parent",
        "家庭户数",
        "移动距离",
        "name",
        "监护人意见汇总情况",
    ],
)
def test_headers_of_schools_and_places_are_not_personal(head):
    assert not is_personal_header(head)


def test_numbers_of_identity_cards_need_a_date_and_a_right_check_digit():
    assert is_id_card(CARD)
    assert is_id_card(CARD.lower())
    for wrong in (CARD[:-1] + "1", CARD[:10] + "13" + CARD[12:], CARD[:-1], "1" * 18):
        assert not is_id_card(wrong)


@pytest.mark.parametrize(
    ("value", "kinds"),
    [
        ("电话13812345678", ["mobile"]),
        ("138-1234-5678", ["mobile"]),
        ("+86 138 1234 5678", ["mobile"]),
        ("１３８１２３４５６７８", ["mobile"]),
        (13812345678, ["mobile"]),
        (13812345678.0, ["mobile"]),
        (f"证{CARD}，机13812345678", ["id-card", "mobile"]),
        ("a13812345678bcdef0123456789", []),  # part of a hash
        ("114.13812345678", []),
        ("138123456789", []),
        ("0319-2345678", []),
        (114.138123, []),
        (True, []),
    ],
)
def test_personal_numbers_are_told_from_other_figures(value, kinds):
    assert [kind for kind, _ in personal_numbers(value)] == kinds


def test_masked_numbers_can_be_found_but_not_used():
    assert mask_numbers(f"机13812345678证{CARD}") == ("机138****5678证110***********002X", 2)
    assert mask_numbers("没有号码") == ("没有号码", 0)


def test_a_personal_column_of_an_input_file_is_an_error_with_its_layer(tiny, tmp_path):
    folder = tiny.write(tmp_path / "town")
    head, *rows = (folder / "schools.csv").read_text(encoding="utf-8").splitlines()
    spoilt = [f"{head},家庭住址,备注", *(f'{row},"某街1号","电话13812345678"' for row in rows)]
    (folder / "schools.csv").write_text("\n".join(spoilt), encoding="utf-8")
    notice = Notice(date(2026, 12, 1), date(2027, 1, 5), ("邮寄",))
    map_file = replace(read_map("consultation"), approval_number="x", sources=("y",), notice=notice)
    findings = lint(Edition(Project.open(folder).plan(), map_file), [])
    assert _codes(findings) == ["personal-column", "personal-mobile"]
    assert [(each.layer, each.file) for each in findings] == [("schools", "schools.csv")] * 2
    assert "家庭住址" in findings[0].what
    assert findings[1].count == len(rows)
    assert "13812345678" not in str(findings)


def _spoil_workbook(path, cell, value):
    book = openpyxl.load_workbook(path)
    sheet = book["现状"]
    sheet[cell] = value
    book.save(path)


def test_personal_data_in_a_written_workbook_are_told_with_sheet_column_and_row(edition, out):
    _spoil_workbook(out / "geoplan.xlsx", "B3", f"王某 {CARD}")
    (finding,) = _lint(edition, out)
    assert (finding.code, finding.file, finding.layer) == ("personal-id-card", "geoplan.xlsx", "现状")
    assert finding.rows == ("row 3",)
    assert "名称" in finding.what
    assert CARD not in str(finding)


@pytest.mark.parametrize(
    "name", ["extra.csv", "extra.json", "extra.txt", "extra.docx", "extra.html", "extra.gpkg", "extra.dbf"]
)
def test_personal_data_are_found_in_every_kind_of_file(edition, out, name):
    path = out / name
    if name.endswith(".csv"):
        path.write_text("id,note\n1,13812345678\n", encoding="utf-8")
    elif name.endswith(".json"):
        path.write_text(json.dumps({"a": [{"note": "13812345678"}]}), encoding="utf-8")
    elif name.endswith(".txt"):
        path.write_text("电话：13812345678", encoding="gb18030")
    elif name.endswith(".docx"):
        with zipfile.ZipFile(path, "w") as package:
            text = "<w:p><w:r><w:t>电话138</w:t></w:r><w:r><w:t xml:space='preserve'>12345678</w:t></w:r></w:p>"
            package.writestr("word/document.xml", f"<w:document><w:body>{text}</w:body></w:document>")
    elif name.endswith(".html"):
        data = json.dumps({"note": "13812345678"})
        path.write_text(f'<script type="application/json" id="geoplan-data">{data}</script>', encoding="utf-8")
    else:
        import geopandas as gpd
        import pyogrio
        from shapely import Point

        frame = gpd.GeoDataFrame({"note": ["13812345678"]}, geometry=[Point(0, 0)], crs="EPSG:4547")
        pyogrio.write_dataframe(frame, path.with_suffix(".shp") if name.endswith(".dbf") else path)
    findings = _lint(edition, out)
    assert _codes(findings) == ["personal-mobile"]
    assert findings[0].file == name


@pytest.mark.parametrize(
    ("column", "value", "counts", "is_fault"),
    [
        ("在校生 pupils", 5, "people", True),
        ("学生", 9, "people", True),
        ("学生", 10, "people", False),
        ("学生", 0, "people", False),
        ("学生", "<10", "people", False),
        ("views.totals.before.pupils", 3, "people", True),
        ("人口 people", 5, "people", False),
        ("人口 people", 5, "pupils", True),
        ("每班学生数", 5, "people", False),
        ("学生占比", 1, "people", False),
        ("school_years", 6, "people", False),
        ("说明", "该处有5名学生", "people", True),
        ("说明", "该处有15名学生", "people", False),
        ("说明", "1 to 9 pupils are written <10", "people", False),
        ("说明", "1-9名学生写作", "people", False),
    ],
)
def test_counts_of_a_handful_of_children_are_found(column, value, counts, is_fault):
    findings = lint_cells([Cell("表", column, "row 2", value)], file="x", counts=counts)
    assert _codes(findings) == (["small-count"] if is_fault else [])


def test_files_of_a_layer_that_counts_pupils_hold_no_small_count(tiny, tmp_path):
    plan = tiny.plan(tmp_path / "town", counts="pupils", each=4)
    publish(plan, "consultation", tmp_path / "out", progress=lambda _: None)
    findings = lint(Edition(plan, read_map("consultation")), sorted((tmp_path / "out").iterdir()))
    assert [finding for finding in findings if finding.code in {"small-count", "totals-differ"}] == []


def _spoil_json(path, change):
    said = json.loads(path.read_text(encoding="utf-8"))
    change(said)
    path.write_text(json.dumps(said, ensure_ascii=False), encoding="utf-8")


def test_totals_that_differ_in_one_file_are_told_with_their_cell(edition, out):
    def change(said):
        said["stages"][0]["coverage"][0]["before"]["people_covered"] += 1

    _spoil_json(out / "summary.json", change)
    (finding,) = _lint(edition, out)
    assert (finding.code, finding.file) == ("totals-differ", "summary.json")
    assert finding.rows == ("stages[0].coverage[0].before.people_covered",)
    assert "1000" in finding.what
    assert "1001" in finding.what


def test_totals_of_page_and_workbook_are_read_back(edition, out):
    page = (out / "consultation.html").read_text(encoding="utf-8")
    assert '"covered":1900' in page
    (out / "consultation.html").write_text(page.replace('"covered":1900', '"covered":1901'), encoding="utf-8")
    book = openpyxl.load_workbook(out / "geoplan.xlsx")
    sheet = book["覆盖"]
    heads = [cell.value.split("\n")[1] for cell in sheet[1]]
    sheet.cell(2, heads.index("people within the radius, proposed") + 1).value = 1902
    book.save(out / "geoplan.xlsx")
    findings = _lint(edition, out)
    assert set(_codes(findings)) == {"totals-differ"}
    assert {finding.file for finding in findings} == {"consultation.html", "geoplan.xlsx"}
    assert any(finding.rows == ("覆盖!I2",) for finding in findings)


def test_a_number_of_the_word_text_that_differs_from_the_figures_is_told(edition, out):
    figures = {"project.people": {"value": 3000, "text": "3,000"}}
    (out / "figures.json").write_text(
        json.dumps({"figures": figures, "printed": {"project.people": ["text.docx 第3条"]}}), encoding="utf-8"
    )

    def word(text):
        with zipfile.ZipFile(out / "text.docx", "w") as package:
            package.writestr("word/document.xml", f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>")

    word("共3,000人")
    assert _lint(edition, out) == ()
    word("共13,000人")
    (finding,) = _lint(edition, out)
    assert (finding.code, finding.file, finding.rows) == ("totals-differ", "text.docx", ("text.docx 第3条",))


@pytest.mark.parametrize("name", ["page.html", "map.qgz"])
def test_the_key_of_a_map_service_is_found_even_in_packed_files(edition, out, name):
    address = b"https://t0.tianditu.gov.cn/vec_w/wmts?tk=" + b"0123456789abcdef" * 2
    if name.endswith(".qgz"):
        with zipfile.ZipFile(out / name, "w") as package:
            package.writestr("map.qgs", address)
    else:
        (out / name).write_bytes(
            b"<p>" + address + b"</p>" + b'<script type="application/json" id="geoplan-data">{}</script>'
        )
    assert _codes(_lint(edition, out)) == ["map-key"]


def test_a_file_that_cannot_be_read_back_is_an_error(edition, out):
    (out / "summary.json").write_text("{", encoding="utf-8")
    (out / "broken.xlsx").write_bytes(b"x")
    assert _codes(_lint(edition, out)) == ["unreadable", "unreadable"]


def test_as_warnings_the_findings_stay_the_same_but_stop_nobody(edition):
    findings = lint(_with(edition, notice=None), [])
    (warning,) = as_warnings(findings)
    assert warning.severity is Severity.WARNING
    assert replace(warning, severity=Severity.ERROR) == findings[0]


def test_files_without_cells_are_passed_over(tmp_path):
    (tmp_path / "a.qpj").write_bytes(b"%PDF")
    assert list(cells_of(tmp_path / "a.qpj")) == []


def test_a_cell_of_the_statutory_tables_that_differs_from_its_figure_is_told(edition, out):
    figures = {
        "pupils.primary.2030.low": {"value": 100}, "pupils.primary.2030.low.D1": {"value": 60},
        "seats.primary.2030.D1.short": {"value": 12},
    }  # fmt: skip
    (out / "figures.json").write_text(json.dumps({"figures": figures}), encoding="utf-8")
    book = openpyxl.Workbook()
    forecast, balance = book.active, book.create_sheet("表3")
    forecast.title = "表2"
    for row in (["表2  预测表"], ["区划\ndistrict", "编号\nid", "学段\nstage", "方案\nscenario", "2030\npupils"],
                ["全域", None, "小学", "低方案", 100], ["城关", "D1", "小学", "低方案", 61]):  # fmt: skip
        forecast.append(row)
    for row in (["区划", "编号", "学段", "学年", "学生", "缺口"], ["城关", "D1", "小学", 2030, 60, 13]):
        balance.append(row)
    book.save(out / "tables.xlsx")
    findings = _lint(edition, out)
    assert [(finding.code, finding.rows) for finding in findings] == [
        ("totals-differ", ("表2!E4",)),
        ("totals-differ", ("表3!F2",)),
    ]
    assert "60" in findings[0].what
    assert "61" in findings[0].what


def test_masking_changes_nothing_but_the_numbers():
    assert mask_numbers("请问，学校几时建好？电话１３８１２３４５６７８！") == (
        "请问，学校几时建好？电话１３８****５６７８！",
        1,
    )


@pytest.mark.parametrize("channel", ["邮寄：……", "电话（办公）：…", "电话：XXXXXXXX", "信箱：待定"])
def test_a_channel_that_nobody_filled_in_is_an_error(edition, channel):
    notice = replace(edition.map_file.notice, channels=(channel,))
    assert _codes(lint(_with(edition, notice=notice), [])) == ["placeholder"]
