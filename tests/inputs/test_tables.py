from __future__ import annotations

import gzip

import openpyxl
import pytest

SCHOOLS_CSV = "id,name,stage,capacity,lon,lat\ns1,一小,小学,1200,114.50,37.05\ns2,二中,初中,900,114.52,37.06\n"


@pytest.fixture
def book(town):
    def make(rows, *, sheet="Sheet1", more=()):
        workbook = openpyxl.Workbook()
        workbook.active.title = sheet
        for row in rows:
            workbook.active.append(row)
        for name, others in more:
            extra = workbook.create_sheet(name)
            for row in others:
                extra.append(row)
        workbook.save(town.folder / "schools.xlsx")
        town.layer("schools", 'path = "schools.xlsx"')

    return make


def test_a_csv_in_gbk_is_read_and_the_decision_is_told(town):
    town.write("schools.csv", SCHOOLS_CSV, "gbk")
    assert list(town.frame("schools")["name"]) == ["一小", "二中"]
    assert "GB18030: not valid UTF-8" in town.finding("encoding", "note").what


def test_a_csv_with_byte_order_mark_keeps_its_first_header(town):
    town.write("schools.csv", SCHOOLS_CSV, "utf-8-sig")
    assert list(town.frame("schools").index) == ["s1", "s2"]


def test_forcing_utf8_on_gbk_is_an_error_that_names_file_and_line(town):
    town.write("schools.csv", SCHOOLS_CSV, "gbk")
    town.layer("schools", 'path = "schools.csv"\nencoding = "UTF-8"')
    finding = town.finding("unreadable-file", "error")
    assert finding.file == "schools.csv"
    assert "not UTF-8" in finding.what
    assert finding.rows == ("row 3",)  # 一小 and 小学 in GBK happen to be valid UTF-8, 二中 is not


def test_leading_zeros_of_an_id_survive(town):
    town.write("schools.csv", SCHOOLS_CSV.replace("s1", "007"))
    assert "007" in town.frame("schools").index


def test_semicolons_and_tabs_part_cells_too(town):
    town.write("schools.csv", SCHOOLS_CSV.replace(",", ";"))
    assert len(town.frame("schools")) == 2
    town.write("schools.csv", SCHOOLS_CSV.replace(",", "\t"))
    assert len(town.frame("schools")) == 2


def test_title_rows_above_the_header_are_passed_over_and_told(town):
    town.write("schools.csv", "某市学校一览表,,,,,\n填报：教育局,,,,,\n" + SCHOOLS_CSV)
    assert list(town.frame("schools").index) == ["s1", "s2"]
    assert "row 3" in town.finding("header-row", "note").what


def test_a_comma_inside_an_unquoted_number_is_an_error_with_its_row(town):
    town.write("schools.csv", SCHOOLS_CSV.replace("1200", "1,200"))
    finding = town.finding("unreadable-file", "error")
    assert finding.what == "Row 2 has 7 cells under 6 headers."


def test_blank_lines_are_no_rows_and_do_not_move_row_numbers(town):
    text = SCHOOLS_CSV.replace("id,", "").replace("s1,", "").replace("\ns2,", "\n\n,,,,\n")
    town.write("schools.csv", text)
    assert list(town.frame("schools").index) == ["row 2", "row 5"]


def test_a_csv_compressed_with_gzip_is_read(town):
    (town.folder / "schools.csv.gz").write_bytes(gzip.compress(SCHOOLS_CSV.encode()))
    town.layer("schools", 'path = "schools.csv.gz"')
    assert len(town.frame("schools")) == 2


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xff\xff\xff\x80"])
def test_an_empty_or_undecodable_csv_is_an_error_and_no_traceback(town, content):
    (town.folder / "schools.csv").write_bytes(content)
    assert town.codes() == ["unreadable-file"]


def test_a_csv_with_nothing_but_a_header_is_an_empty_layer(town):
    town.write("schools.csv", "id,stage,lon,lat\n")
    assert town.codes() == ["empty-layer"]


def test_an_excel_table_with_a_merged_title_and_chinese_headers_is_read(book, town):
    book(
        [
            ["某市学校一览表", None, None, None, None, None],
            ["学校标识码", "学校名称", "办学类型", "学位数", "经度", "纬度"],
            [1001.0, "一小", "九年一贯制学校", "1.2万", 114.5, 37.05],
            [1002, "二中", "完全中学", None, 114.52, 37.06],
        ]
    )
    frame = town.frame("schools")
    assert list(frame.index) == ["1001", "1002"]
    assert frame.loc["1001", "stages"] == ("primary", "junior")
    assert frame.loc["1001", "capacity"] == 12000
    assert frame.loc["1002", "kind"] == "完全中学"


def test_rows_of_a_sheet_are_called_as_the_sheet_numbers_them(book, town):
    book([["name", "stage", "lon", "lat"], ["a", "primary", 114.5, 37.05], [], ["b", "junior", 114.52, 37.06]])
    assert list(town.frame("schools").index) == ["row 2", "row 4"]


def test_of_several_sheets_the_first_filled_one_is_read_and_told(book, town):
    rows = [["id", "stage", "lon", "lat"], ["a", "primary", 114.5, 37.05]]
    book([], sheet="说明", more=[("学校", rows), ("旧", [["x"]])])
    assert list(town.frame("schools").index) == ["a"]
    assert "学校" in town.finding("layer-chosen", "note").what


def test_a_sheet_that_is_not_there_is_an_error_with_the_list(book, town):
    book([["id", "stage", "lon", "lat"], ["a", "primary", 114.5, 37.05]], sheet="学校名册")
    town.layer("schools", 'path = "schools.xlsx"\nlayer = "学校名冊"')
    finding = town.finding("missing-layer-in-file", "error")
    assert "Did you mean '学校名册'?" in finding.what


def test_a_file_that_only_calls_itself_xlsx_is_an_error(town):
    town.write("schools.xlsx", "hello")
    town.layer("schools", 'path = "schools.xlsx"')
    assert town.codes() == ["unreadable-file"]


def test_an_old_xls_is_refused_with_the_way_out(town):
    town.write("schools.xls", "hello")
    town.layer("schools", 'path = "schools.xls"')
    assert "save it as .xlsx" in town.finding("unreadable-file", "error").what
