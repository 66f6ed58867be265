"""Rosters as education bureaus keep them: what is a header, what is a row, and what is neither."""

from __future__ import annotations

import zipfile

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoplan.inputs.headers import header_key
from geoplan.inputs.values import is_approximate, number

TITLE = ["某市2023年义务教育学校一览表"]
UPPER = [
    "序号",
    "所属区县",
    "基本情况",
    None,
    None,
    "在校生数",
    None,
    None,
    "教学班数",
    "占地面积（亩）",
    "经度",
    "纬度",
]
LOWER = [None, None, "校名", "办学类型", "办学性质", "合计", "男", "女", None, None, None, None]
SPANS = ["A{0}:A{1}", "B{0}:B{1}", "C{0}:E{0}", "F{0}:H{0}", "I{0}:I{1}", "J{0}:J{1}", "K{0}:K{1}", "L{0}:L{1}"]
SCHOOLS = [
    [1, "甲县", "一校", "九年一贯制", "公办", 450, 200, 250, 10, 30, 114.50, 37.05],
    [2, None, "二校", "完全中学", "民办", "300人", 200, 100, 6, 20, 114.51, 37.06],
    [3, None, "三点", "教学点", "公办", "约20", 12, 8, 2, 3, 114.52, 37.07],
    [4, "乙县", "四校", "小学", "公办", "１００", 50, 50, 3, 6, 114.53, 37.08],
]


@pytest.fixture
def roster(town):
    """roster(rows, spans=(), edit=None) -> writes schools.xlsx and makes it the schools layer."""

    def make(rows, *, spans=(), edit=None, name="schools.xlsx"):
        book = openpyxl.Workbook()
        page = book.active
        page.title = "名册"
        for row in rows:
            page.append(row)
        for span in spans:
            page.merge_cells(span)
        if edit is not None:
            edit(book, page)
        book.save(town.folder / name)
        town.layer("schools", f'path = "{name}"')
        return town

    return make


def two_headers(top):
    return [span.format(top, top + 1) for span in SPANS]


def whole(roster, tail=(), **more):
    rows = [TITLE, ["填报单位：教育局"], UPPER, LOWER, *SCHOOLS, *tail]
    return roster(rows, spans=["A1:L1", *two_headers(3), "B5:B7"], **more)


def test_two_header_rows_with_merged_cells_are_joined_and_told(roster):
    town = whole(roster)
    frame = town.frame("schools")
    assert list(frame["name"]) == ["一校", "二校", "三点", "四校"]
    assert list(frame["enrolment"]) == [450, 300, 20, 100]
    assert list(frame["stages"]) == [("primary", "junior"), ("junior", "senior"), ("primary",), ("primary",)]
    assert list(frame["classes"]) == [10, 6, 2, 3]
    assert frame["site_area_m2"].iloc[0] == pytest.approx(20_000)
    said = town.finding("header-row", "note").what
    assert "rows 3 to 4" in said
    assert "在校生数 + 合计 → 在校生数" in said
    assert "在校生数 + 女 → 在校生数/女" in said


def test_the_part_of_a_figure_is_never_taken_for_the_figure(roster):
    upper = ["校名", "办学类型", "经度", "纬度", "在校生数", None]
    lower = [None, None, None, None, "男", "其中：寄宿"]
    rows = [upper, lower, ["一校", "小学", 114.5, 37.05, 60, 40], ["二校", "小学", 114.51, 37.05, 6, 4]]
    town = roster(rows, spans=["A1:A2", "B1:B2", "C1:C2", "D1:D2", "E1:F1"])
    assert town.frame("schools")["enrolment"].isna().all()


def test_men_and_women_are_the_two_parts_that_make_up_the_figure(roster):
    upper = ["校名", "办学类型", "经度", "纬度", "在校生数", None]
    lower = [None, None, None, None, "男", "女"]
    rows = [upper, lower, ["一校", "小学", 114.5, 37.05, 60, 40], ["二校", "小学", 114.51, 37.05, 6, 4]]
    town = roster(rows, spans=["A1:A2", "B1:B2", "C1:C2", "D1:D2", "E1:F1"])
    assert town.frame("schools")["enrolment"].tolist() == [100, 10]
    assert "在校生数/男 + 在校生数/女" in town.finding("sexes-added", "note").what


def test_a_stage_over_a_figure_makes_it_the_figure_of_that_stage(roster):
    upper = ["校名", "办学类型", "经度", "纬度", "小学", None, "初中", None]
    lower = [None, None, None, None, "班数", "在校生数", "班数", "在校生数"]
    rows = [upper, lower, ["一校", "九年一贯制", 114.5, 37.05, 6, 240, 3, 150]]
    town = roster(rows, spans=["A1:A2", "B1:B2", "C1:C2", "D1:D2", "E1:F1", "G1:H1"])
    row = town.frame("schools").iloc[0]
    assert [row["primary_classes"], row["primary_enrolment"], row["junior_classes"], row["junior_enrolment"]] == [
        6, 240, 3, 150,
    ]  # fmt: skip
    assert row["classes"] != row["classes"]


def test_headers_that_would_be_called_alike_keep_all_their_words_with_a_warning(roster):
    upper = ["校名", "办学类型", "经度", "纬度", "本部", None, "分部", None]
    lower = [None, None, None, None, "教学班数", "在校生数", "教学班数", "在校生数"]
    rows = [upper, lower, ["一校", "小学", 114.5, 37.05, 6, 240, 3, 150]]
    town = roster(rows, spans=["A1:A2", "B1:B2", "C1:C2", "D1:D2", "E1:F1", "G1:H1"])
    assert "教学班数" in town.finding("doubtful-header", "warning").what
    assert town.frame("schools")["classes"].isna().all()


def test_two_header_rows_in_a_csv_are_joined_without_merged_cells(town):
    text = (
        "某县学校一览表,,,,,,,\n"
        "序号,基本情况,,在校生数,,,经度,纬度\n"
        ",校名,办学类型,合计,男,女,,\n"
        "1,一校,小学,90,50,40,114.50,37.05\n"
        "2,二校,初中,60,30,30,114.52,37.06\n"
    )
    town.write("schools.csv", text)
    frame = town.frame("schools")
    assert list(frame["name"]) == ["一校", "二校"]
    assert list(frame["enrolment"]) == [90, 60]


def test_a_row_of_data_under_one_header_is_no_second_header(town):
    town.write("schools.csv", "id,name,stage,lon,lat\ns1,,小学,114.5,37.05\ns2,合计小学,小学,114.5,37.05\n")
    assert list(town.frame("schools").index) == ["s1", "s2"]


def test_totals_notes_and_repeated_headers_are_left_out_and_told_with_their_rows(roster):
    tail = [
        ["小计", None, None, None, None, 870, None, None, 21],
        UPPER,
        LOWER,
        [5, "丙县", "五校", "初中", "公办", 30, 20, 10, 1, 3, 114.54, 37.08],
        ["合　计", None, None, None, None, 900, None, None, 22],
        ["注：截至2023年9月1日"],
        ["填表人：张三", None, None, "审核人：李四"],
        ["第 1 页，共 1 页"],
    ]
    town = whole(roster, tail)
    assert list(town.frame("schools")["name"]) == ["一校", "二校", "三点", "四校", "五校"]
    assert town.finding("totals-left-out", "note").rows == ("row 9", "row 13")
    assert town.finding("headers-left-out", "note").rows == ("row 10", "row 11")
    assert town.finding("notes-left-out", "note").rows == ("row 14", "row 15", "row 16")
    assert "equal the sum of their rows in 4 figures" in town.finding("total-agrees", "note").what


def test_a_total_that_is_not_the_sum_of_its_rows_is_a_warning_with_the_difference(roster):
    town = whole(roster, [["合计", None, None, None, None, 900, None, None, 21]])
    finding = town.finding("total-differs", "warning")
    assert finding.what == "合计: 在校生数 says 900, the rows add up to 870 (-30)."
    assert finding.rows == ("row 9",)


def test_a_total_in_the_first_row_is_held_against_the_rows_below(town):
    town.write("schools.csv", "校名,学段,在校生数,经度,纬度\n全市,,30,,\na,小学,10,114.5,37\nb,小学,20,114.5,37\n")
    assert len(town.frame("schools")) == 2
    assert town.finding("total-agrees").rows == ("row 2",)


def test_a_city_beside_its_counties_is_a_total_of_them_and_of_the_zone_without_a_code(town):
    text = "区划代码,区县,人口,lon,lat\n130500,某市,600,,\n130502,甲区,300,114.5,37.05\n130503,乙区,200,114.52,37.06\n"
    town.write("population.csv", text + ",开发区,100,114.53,37.06\n")
    assert town.frame("population")["people"].sum() == 600
    assert town.finding("total-agrees").rows == ("row 2",)


def test_a_province_is_the_total_of_its_counties_and_cities_are_not_counted_twice(town):
    rows = [("130000.0", 1000), ("130500.0", 600), ("130502.0", 300), ("130503.0", 300), ("130600.0", 400)]
    rows += [("130602.0", 250), ("130606.0", 150)]
    lines = [f"{code},县{code},{people},114.5,37.0" for code, people in rows]
    town.write("population.csv", "\n".join(["行政区划代码,区县,人口,lon,lat", *lines, ""]))
    town.layer("population", 'path = "population.csv"\ncolumns = { id = "行政区划代码" }')
    frame = town.frame("population")
    assert sorted(frame.index) == ["130502", "130503", "130602", "130606"]
    assert frame["people"].sum() == 1000
    assert town.finding("total-agrees").rows == ("row 2", "row 3", "row 6")
    assert "without the .0" in town.finding("ids-with-decimals", "note").what


def test_ids_that_only_look_like_codes_of_a_city_are_rows_like_any_other(town):
    town.write("population.csv", "编号,人口,lon,lat\n100100,5,114.5,37.0\n100101,2,114.5,37.0\n100102,3,114.5,37.0\n")
    assert len(town.frame("population")) == 3


def test_the_heading_of_a_section_is_left_out_with_a_warning(roster):
    rows = [["校名", "办学类型", "经度", "纬度"], ["一、公办学校"], ["一校", "小学", 114.5, 37.05]]
    town = roster(rows, spans=["A2:D2"])
    assert town.finding("sections-left-out", "warning").rows == ("row 2",)
    assert len(town.frame("schools")) == 1


def test_a_name_in_merged_cells_is_written_into_every_row_that_they_cover(roster):
    town = whole(roster)
    assert list(town.frame("schools")["district"]) == ["甲县", "甲县", "甲县", "乙县"]
    assert town.finding("filled-down", "note").rows == ("row 6", "row 7")


def test_a_figure_in_merged_cells_counts_once_with_a_warning(roster):
    rows = [["校名", "办学类型", "在校生数", "经度", "纬度"], ["南校区", "小学", 500, 114.5, 37.05],
            ["北校区", "小学", None, 114.52, 37.06]]  # fmt: skip
    town = roster(rows, spans=["C2:C3"])
    assert town.frame("schools")["enrolment"].sum() == 500
    assert town.finding("merged-figure", "warning").rows == ("row 3",)


def test_a_county_that_stands_once_above_blanks_is_filled_down_with_a_warning_where_nothing_is_merged(town):
    text = (
        "校名,所属区县,学段,经度,纬度\na,甲县,小学,114.5,37\nb,,小学,114.5,37\nc,,小学,114.5,37\nd,乙县,小学,114.5,37\n"
    )
    town.write("schools.csv", text)
    assert list(town.frame("schools")["district"]) == ["甲县", "甲县", "甲县", "乙县"]
    assert town.finding("filled-down", "warning").rows == ("row 3", "row 4")


def test_a_few_blank_districts_stay_blank(town):
    town.write(
        "schools.csv", "校名,所属区县,学段,经度,纬度\na,甲县,小学,114.5,37\nb,甲县,小学,114.5,37\nc,,小学,114.5,37\n"
    )
    assert list(town.frame("schools")["district"]) == ["甲县", "甲县", ""]


def test_hidden_sheets_are_not_read_and_hidden_rows_and_columns_are_told(roster):
    def hide(book, page):
        page.row_dimensions[6].hidden = True
        page.column_dimensions["I"].hidden = True
        old = book.create_sheet("旧数据")
        old.append(["x"])
        old.sheet_state = "hidden"

    town = whole(roster, edit=hide)
    assert len(town.frame("schools")) == 4
    assert "旧数据" in town.finding("hidden-sheet", "note").what
    assert town.finding("hidden-rows", "warning").rows == ("row 6",)
    assert "教学班数" in town.finding("hidden-columns", "warning").what


def test_a_workbook_with_nothing_but_hidden_sheets_is_an_error(roster):
    def hide(book, page):
        book.create_sheet("空")
        page.sheet_state = "hidden"

    town = whole(roster, edit=hide)
    assert "名册" in town.finding("unreadable-file", "error").what


def test_a_formula_without_a_stored_result_is_a_blank_with_a_warning_and_is_not_run(roster):
    rows = [["校名", "办学类型", "教学班数", "学位数", "经度", "纬度"], ["一校", "小学", 2, "=C2*45", 114.5, 37.05]]
    town = roster(rows)
    assert town.frame("schools")["capacity"].isna().all()
    finding = town.finding("uncomputed-formula", "warning")
    assert (finding.rows, "学位数" in finding.what) == (("row 2",), True)


def test_a_cell_outside_the_extent_that_the_sheet_claims_is_read(roster, town):
    roster([["校名", "办学类型", "经度", "纬度"], ["一校", "小学", 114.5, 37.05]])
    path = town.folder / "schools.xlsx"
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    parts[sheet] = parts[sheet].replace(b'<dimension ref="A1:D2"', b'<dimension ref="A1:A1"')
    assert b"A1:A1" in parts[sheet]
    with zipfile.ZipFile(path, "w") as book:
        for name, content in parts.items():
            book.writestr(name, content)
    assert len(town.frame("schools")) == 1


def test_a_running_number_that_begins_anew_is_no_id(town):
    town.write("schools.csv", "序号,校名,学段,经度,纬度\n1,a,小学,114.5,37\n2,b,小学,114.5,37\n1,c,小学,114.5,37\n")
    assert list(town.frame("schools").index) == ["row 2", "row 3", "row 4"]
    assert "begins anew" in town.finding("generated-ids", "warning").what


def test_ids_that_a_spreadsheet_cut_are_told(town):
    town.write(
        "schools.csv", "学校标识码,校名,学段,经度,纬度\n1.30502E+11,a,小学,114.5,37\n1.30503E+11,b,小学,114.5,37\n"
    )
    assert town.finding("cut-ids", "warning").count == 2


def test_a_quote_that_is_never_closed_is_an_error_with_its_row(town):
    town.write("schools.csv", 'id,name,stage,lon,lat\ns1,a,小学,114.5,37\ns2,"b,小学,114.5,37\ns3,c,小学,114.5,37\n')
    assert town.finding("unreadable-file", "error").rows == ("row 3",)


def test_lines_in_two_encodings_are_read_each_in_its_own_with_a_warning(town):
    head, row = "id,name,stage,lon,lat\ns1,第一小学,小学,114.5,37.05\n", "s2,邢台市第二中学,初中,114.52,37.06\n"
    (town.folder / "schools.csv").write_bytes(head.encode() + row.encode("gbk"))
    assert list(town.frame("schools")["name"]) == ["第一小学", "邢台市第二中学"]
    assert town.finding("mixed-encoding", "warning").rows == ("row 3",)


@pytest.mark.parametrize(
    ("cell", "figure"),
    [
        ("1.2万", 12000), ("１２０００", 12000), ("12,000人", 12000), ("约500", 500), ("500余", 500), ("500余人", 500),
        ("近300人", 300), ("1.2万余人", 12000), ("500左右", 500), ("500多人", 500), ("12 000", 12000), ("≈40", 40),
    ],
)  # fmt: skip
def test_figures_as_bureaus_write_them(cell, figure):
    assert number(cell) == figure
    assert is_approximate(cell) == any(mark in cell for mark in "约余近多≈左")


def test_approximate_figures_are_told(town):
    town.write("schools.csv", "id,stage,在校生数,lon,lat\na,小学,约500,114.5,37\nb,小学,400,114.5,37\n")
    assert town.finding("approximate-figures", "note").rows == ("a",)


@pytest.mark.parametrize("header", ["0岁（男）", "教学班数（小学）", "学位数（规划）", "在校生数（2022年）"])
def test_brackets_that_name_a_part_belong_to_the_header(header):
    assert header_key(header) != header_key(header.split("（")[0])


@settings(deadline=None, max_examples=40)
@given(
    rows=st.lists(
        st.tuples(st.text("甲乙丙丁戊己学校小", min_size=1, max_size=6), st.integers(0, 5000)), min_size=1, max_size=12
    ),
    pages=st.sets(st.integers(0, 11), max_size=4),
)
def test_page_breaks_and_totals_never_change_the_rows_of_data(make_town, tmp_path_factory, rows, pages):
    town = make_town(tmp_path_factory.mktemp("roster"))
    header = "校名,学段,在校生数,经度,纬度"
    lines = ["名册,,,,", header]
    for at, (name, pupils) in enumerate(rows):
        if at in pages:
            lines += ["小计,,1,,", header]
        lines.append(f"{name},小学,{pupils},114.5,37.0")
    town.write("schools.csv", "\n".join([*lines, "合计,,1,,", "注：无,,,,", ""]))
    frame = town.frame("schools")
    assert list(zip(frame["name"], frame["enrolment"], strict=True)) == rows
