"""`geoplan intake` as it is typed: what it understands, writes, asks for and refuses."""

from __future__ import annotations

import json

import openpyxl
import pyogrio
import pytest

SCHOOLS = (
    "学校标识码,学校名称,办学类型,办学性质,在校生数,负责人电话,经度,纬度\n"
    "s1,一校,小学,公办,1.2万,139,114.50,37.05\n"
    's2,二校,九年一贯制,民办,"12,000人",138,114.52,37.06\n'
    "s3,三校,小学,公办,300,137,114.53,37.06\n"
    "合计,,,,24300,,,\n"
)
CLEAN = (
    "id,name,stage,ownership,enrolment,lon,lat\n"
    "s1,一校,primary,public,300,114.5,37.05\n"
    "s2,二校,junior,private,40,114.52,37.06\n"
)


@pytest.fixture
def geoplan(geoplan, monkeypatch, tmp_path):
    """The command line, standing in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    return geoplan


@pytest.fixture
def roster(tmp_path):
    path = tmp_path / "名册.csv"
    path.write_text(SCHOOLS, encoding="gbk")
    return path


def test_a_dry_run_says_how_each_column_is_understood_and_writes_nothing(geoplan, roster, tmp_path):
    done = geoplan("intake", roster, "--dry-run")
    assert done.returncode == 0, done.stderr
    rows = {line.split("\t")[0]: line.split("\t")[1:] for line in done.stdout.splitlines() if "\t" in line}
    assert rows["办学类型"] == ["stage", "stages", "100.0%", "小学 · 九年一贯制"]
    assert rows["在校生数"] == ["enrolment", "number people", "100.0%", "1.2万 · 12,000人 · 300"]
    assert "名册.csv → schools: 3 rows, places: 经度, 纬度" in done.stdout
    assert "not used: 负责人电话" in done.stdout
    assert "139" not in done.stdout
    assert "GB18030" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["名册.csv"]


def test_a_roster_becomes_a_clean_geopackage_whose_rows_can_be_traced(geoplan, roster, tmp_path):
    done = geoplan("intake", roster, "--out", "out")
    assert done.returncode == 0, done.stderr
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "clean.gpkg", "intake.html", "intake.xlsx", "intake.json",
    }  # fmt: skip
    assert pyogrio.list_layers(tmp_path / "out" / "clean.gpkg").tolist() == [["schools", "Point"]]
    frame = pyogrio.read_dataframe(tmp_path / "out" / "clean.gpkg", layer="schools")
    assert frame.crs.to_epsg() == 4490
    assert list(frame["enrolment"]) == [12000, 12000, 300]
    assert list(frame["stage"]) == ["primary", "primary;junior", "primary"]
    assert [(point.x, point.y) for point in frame.geometry] == [(114.5, 37.05), (114.52, 37.06), (114.53, 37.06)]
    assert "负责人电话" not in frame.columns
    lines = SCHOOLS.splitlines()
    for row in frame.itertuples():
        assert (row.source_file, lines[int(row.source_row) - 1].split(",")[1]) == ("名册.csv", row.name)


def test_the_report_lists_every_change_with_its_row_in_page_workbook_and_json(geoplan, roster, tmp_path):
    geoplan("intake", roster, "--out", "out")
    sheet = openpyxl.load_workbook(tmp_path / "out" / "intake.xlsx")["更改"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    listed = {(row[2], row[3], row[4], row[7]) for row in rows}
    assert ("在校生数", "1.2万", "12000", "2") in listed
    assert ("在校生数", "12,000人", "12000", "3") in listed
    assert ("办学类型", "小学", "primary", "2, 4") in listed
    assert any(row[3] == "合计 | 24300" and row[7] == "5" for row in rows)
    facts = json.loads((tmp_path / "out" / "intake.json").read_text(encoding="utf-8"))
    assert sum(row[6] for row in rows) == sum(change["count"] for change in facts["changes"])
    words = {"file": "名册.csv", "layer": "schools", "column": "办学类型", "found": "小学", "became": "primary"}
    assert words | {"why": "word", "count": 2, "rows": "2, 4"} in facts["changes"]
    page = (tmp_path / "out" / "intake.html").read_text(encoding="utf-8")
    assert "数据质量报告" in page
    assert "12,000人" in page
    assert str(tmp_path) not in page


def test_intake_of_a_clean_file_changes_nothing_and_of_its_own_output_neither(geoplan, tmp_path):
    (tmp_path / "schools.csv").write_text(CLEAN, encoding="utf-8")
    assert geoplan("intake", "schools.csv", "--out", "one").returncode == 0
    assert json.loads((tmp_path / "one" / "intake.json").read_text(encoding="utf-8"))["changes"] == []
    assert geoplan("intake", "one/clean.gpkg", "--role", "schools", "--out", "two").returncode == 0
    assert json.loads((tmp_path / "two" / "intake.json").read_text(encoding="utf-8"))["changes"] == []
    first, second = (pyogrio.read_dataframe(tmp_path / name / "clean.gpkg") for name in ("one", "two"))
    traces = ["source_file", "source_row"]
    assert first.drop(columns=traces).equals(second.drop(columns=traces))


def test_the_same_files_give_the_same_bytes(geoplan, roster, tmp_path):
    for name in ("one", "two"):
        geoplan("intake", roster, "--out", name)
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes(), path.name


def test_several_files_are_told_apart_by_their_headers_and_tables_become_attribute_tables(geoplan, roster, tmp_path):
    (tmp_path / "出生.csv").write_text("区县,年份,出生人数\n甲县,2023,120\n", encoding="utf-8")
    (tmp_path / "更多.csv").write_text(SCHOOLS.replace("s", "t"), encoding="utf-8")
    done = geoplan("intake", roster, "出生.csv", "更多.csv", "--out", "out")
    assert done.returncode == 0, done.stderr
    found = dict(pyogrio.list_layers(tmp_path / "out" / "clean.gpkg").tolist())
    assert found == {"schools": "Point", "births": None, "schools_2": "Point"}


def test_what_a_file_is_must_be_said_where_the_headers_do_not(geoplan, tmp_path):
    (tmp_path / "a.csv").write_text("区划代码,区县,人口\n130502,甲区,10\n", encoding="utf-8")
    done = geoplan("intake", "a.csv")
    assert done.returncode == 2
    assert "a.csv: it could be: " in done.stderr
    assert "districts" in done.stderr
    assert "--role" in done.stderr
    assert geoplan("intake", "a.csv", "--role", "districts", "--dry-run").returncode == 0


def test_outlines_with_the_names_of_counties_are_districts_also_where_they_tell_their_people(geoplan, roster, tmp_path):
    square = {"type": "Polygon", "coordinates": [[[114.4, 37.0], [114.5, 37.0], [114.5, 37.1], [114.4, 37.0]]]}
    one = {"type": "Feature", "properties": {"区划代码": "130502", "名称": "襄都区", "常住人口": 9}, "geometry": square}
    outlines = {"type": "FeatureCollection", "features": [one]}
    (tmp_path / "a.geojson").write_text(json.dumps(outlines), encoding="utf-8")
    assert "a.geojson → districts" in geoplan("intake", "a.geojson", "--dry-run").stdout
    (tmp_path / "b.csv").write_text("区划代码,区县,人口\n130502,甲区,10\n", encoding="utf-8")
    done = geoplan("intake", roster, "b.csv")
    assert "in order, such as --role schools --role " in done.stderr


def test_a_file_with_errors_ends_with_1_and_the_others_are_written_all_the_same(geoplan, roster, tmp_path):
    (tmp_path / "出生.csv").write_text("区县,年份,出生人数\n甲县,2023,很多\n", encoding="utf-8")
    done = geoplan("intake", roster, "出生.csv", "--out", "out")
    assert done.returncode == 1
    assert "not-a-number" in (tmp_path / "out" / "intake.json").read_text(encoding="utf-8")
    assert "出生.csv（births）有错误" in (tmp_path / "out" / "intake.html").read_text(encoding="utf-8")
    assert pyogrio.list_layers(tmp_path / "out" / "clean.gpkg")[:, 0].tolist() == ["schools"]


def test_a_clean_file_of_an_earlier_run_is_not_left_where_nothing_came_through(geoplan, roster, tmp_path):
    geoplan("intake", roster, "--out", "out")
    roster.write_text(SCHOOLS.replace("1.2万", "很多"), encoding="utf-8")
    assert geoplan("intake", roster, "--out", "out").returncode == 1
    assert not (tmp_path / "out" / "clean.gpkg").exists()


def test_a_roster_without_a_stage_takes_a_constant_from_the_command_line(geoplan, tmp_path):
    (tmp_path / "园.csv").write_text("园名,在园幼儿数,办学性质\n一园,90,民办\n", encoding="utf-8")
    done = geoplan("intake", "园.csv", "--role", "schools", "--column", "stage==kindergarten", "--out", "out")
    assert done.returncode == 0, done.stderr
    frame = pyogrio.read_dataframe(tmp_path / "out" / "clean.gpkg")
    assert (frame["stage"].tolist(), frame["enrolment"].tolist()) == (["kindergarten"], [90])
    assert "geometry" not in frame


def test_a_column_of_one_of_several_files_is_named_with_its_layer(geoplan, roster, tmp_path):
    (tmp_path / "出生.csv").write_text("区县,出生人数\n甲县,120\n", encoding="utf-8")
    done = geoplan("intake", roster, "出生.csv", "--role", "schools", "--role", "births",
                   "--column", "births.year==2023", "--out", "out")  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert pyogrio.read_dataframe(tmp_path / "out" / "clean.gpkg", layer="births")["year"].tolist() == [2023]


def test_a_project_is_taken_in_as_its_project_toml_says(geoplan, two_counties, tmp_path):
    folder = two_counties()
    done = geoplan("intake", folder, "--out", tmp_path / "out", "--json")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert [(each["role"], each["rows"]) for each in answer["layers"]] == [
        ("districts", 2), ("schools", 6), ("population", 4), ("ages", 2),
    ]  # fmt: skip
    assert geoplan("intake", folder, "--role", "schools", "--dry-run").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nowhere.csv"], "There is no file nowhere.csv"),
        (["名册.csv", "--role", "shcools"], "Did you mean 'schools'?"),
        (["名册.csv", "--role", "schools", "--role", "births"], "expected one for all files, or 1, found 2"),
        (["名册.csv", "--column", "people"], "expected NAME=HEADER"),
        (["名册.csv", "名册.csv", "--column", "year==2020"], "of which file?"),
        (["名册.csv", "--column", "shools.year==2020"], "Did you mean 'schools'?"),
        (["名册.csv", "--datum", "gcj20"], "Did you mean 'gcj02'?"),
    ],
)
def test_what_cannot_be_done_ends_with_2_and_says_why(geoplan, roster, arguments, says):
    done = geoplan("intake", *arguments)
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_a_forced_encoding_that_is_wrong_is_an_error_with_file_and_line(geoplan, roster):
    done = geoplan("intake", roster, "--role", "schools", "--encoding", "UTF-8", "--dry-run")
    assert done.returncode == 1
    assert "not UTF-8" in done.stderr
    assert "row 1" in done.stderr


def test_a_project_and_loose_files_are_not_mixed(geoplan, two_counties, roster):
    done = geoplan("intake", two_counties(), roster)
    assert done.returncode == 2
    assert "is a project" in done.stderr
