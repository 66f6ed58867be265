"""The workbook of the tiny town (tiny.py), read back with openpyxl and counted by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zipfile import ZipFile

import openpyxl
import pytest

from geoplan.errors import PublishError
from geoplan.publish.clean import clean_text
from geoplan.publish.privacy import suppressed_part, suppressed_words
from geoplan.publish.tables import write_tables

SHEETS = ["现状", "覆盖", "缺口", "建议", "规则", "说明"]


@pytest.fixture(scope="module")
def plan(tiny, tmp_path_factory):
    return tiny.plan(tmp_path_factory.mktemp("tiny"), roads=True)


def written(plan, folder):
    path = folder / "tables.xlsx"
    write_tables(plan, path)
    return openpyxl.load_workbook(path)


@pytest.fixture(scope="module")
def book(plan, tmp_path_factory):
    return written(plan, tmp_path_factory.mktemp("book"))


def records(book, sheet):
    """Rows of a sheet as dicts by the English header."""
    rows = list(book[sheet].iter_rows(values_only=True))
    heads = [head.split("\n", 1)[1] for head in rows[0]]
    assert len(set(heads)) == len(heads)
    return [dict(zip(heads, row, strict=True)) for row in rows[1:]]


def by_view(book, sheet, stage, travel):
    return [row for row in records(book, sheet) if (row["stage"], row["travel"]) == (stage, travel)]


KINDERGARTEN, PRIMARY = "幼儿园 / kindergarten", "小学 / primary"
STRAIGHT, WALK = "直线距离 / straight", "步行路网 / walk"


def test_the_workbook_has_six_sheets_with_chinese_over_english_headers(book):
    assert book.sheetnames == SHEETS
    for sheet in book:
        for head in sheet[1]:
            zh, en = head.value.split("\n")
            assert zh
            assert en.isascii()


def test_every_sheet_is_ready_for_reading_and_printing(book):
    for sheet in book:
        assert sheet.freeze_panes in {"B2", "C2", "E2"}
        assert sheet.auto_filter.ref.startswith("A1:")
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 8)
        # one page wide is the default of the format, any number of pages high is said
        assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) in {(None, 0), (1, 0)}
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.print_title_rows == "$1:$1"
        assert sheet.column_dimensions["A"].width > 9


def test_every_school_has_the_people_for_whom_it_is_nearest_within_the_radius(book):
    rows = {row["id"]: row for row in records(book, "现状")}
    straight = "kindergarten, straight: people nearest, within radius"
    walk = "kindergarten, walk: people nearest, within radius"
    assert {each: rows[each][straight] for each in ("K1", "K2", "K3")} == {"K1": 200, "K2": 400, "K3": 400}
    assert {each: rows[each][walk] for each in ("K1", "K2", "K3")} == {"K1": 200, "K2": 300, "K3": 300}
    assert rows["N9"]["primary, straight: people nearest, within radius"] == 100
    assert rows["J1"][straight] is None
    assert rows["N9"]["stages"] == "小学、初中 / primary, junior"
    assert rows["K3"]["ownership"] == "民办 / private"
    assert (rows["N9"]["seats as listed"], rows["N9"]["primary seats"], rows["N9"]["junior seats"]) == (90, 60, 30)
    assert rows["K1"]["kindergarten seats"] == 90
    assert (rows["K1"]["district"], rows["K1"]["urban or rural"]) == ("城关镇", "城镇 / urban")
    assert rows["K2"]["district"] == "=D2"


def test_positions_are_degrees_where_the_crs_is_known(book):
    row = records(book, "现状")[0]
    assert row["longitude"] == pytest.approx(114, abs=0.05)
    assert row["latitude"] == pytest.approx(37.03, abs=0.05)


def test_coverage_is_counted_by_place_and_by_district(book):
    rows = {row["district id"]: row for row in by_view(book, "覆盖", KINDERGARTEN, STRAIGHT)}
    everyone = rows[None]
    assert (everyone["people"], everyone["people within the radius, today"]) == (3000, 1000)
    assert everyone["people within the radius, proposed"] == 1900
    assert (everyone["pupils"], everyone["pupils within the radius, today"]) == (120, 40)
    assert rows["D1"]["share, today"] == pytest.approx(0.4)
    assert rows["D2"]["people within the radius, today"] == 400
    walked = {row["district id"]: row for row in by_view(book, "覆盖", KINDERGARTEN, WALK)}
    assert walked[None]["people within the radius, today"] == 800
    # four pupils in each place: 40 less the 32 by road would be the eight of (2, 1) and (4, 3)
    assert walked[None]["pupils within the radius, today"] == "≥10"
    town_only = {row["district id"]: row for row in by_view(book, "覆盖", PRIMARY, STRAIGHT)}
    assert (town_only["D2"]["people that a radius applies to"], town_only["D2"]["share, today"]) == (0, None)


def test_the_totals_of_the_sheet_are_those_of_the_summary(plan, book):
    for stage in plan.summary()["stages"]:
        for view in stage["coverage"]:
            rows = [
                row
                for row in records(book, "覆盖")
                if row["stage"].endswith(stage["stage"]) and row["travel"].endswith(view["travel"])
            ]
            total, districts = rows[0], rows[1:]
            assert total["district"] == "全部 / all"
            assert total["people"] == view["before"]["people"]
            assert total["people within the radius, today"] == view["before"]["people_covered"]
            assert total["people within the radius, proposed"] == view["after"]["people_covered"]
            assert total["pupils"] == view["before"]["pupils"]
            for column in ("people", "people that a radius applies to", "people within the radius, today"):
                assert sum(row[column] for row in districts) == total[column]
            gaps = [row for row in records(book, "缺口") if row["stage"].endswith(stage["stage"])]
            gaps = [row for row in gaps if row["travel"].endswith(view["travel"])]
            assert (len(gaps), sum(row["people"] for row in gaps)) == (view["gaps"], view["people_in_gaps"])


def test_people_outside_all_districts_have_a_row_of_their_own(tiny, tmp_path):
    tiny.write(tmp_path)
    districts = tmp_path / "districts.csv"
    districts.write_text("\n".join(districts.read_text(encoding="utf-8").splitlines()[:2]) + "\n", encoding="utf-8")
    rows = by_view(written(tiny.Project.open(tmp_path).plan(), tmp_path), "覆盖", KINDERGARTEN, STRAIGHT)
    assert [(row["district"], row["people"]) for row in rows] == [
        ("全部 / all", 3000),
        ("城关镇", 1500),
        ("各片区以外 / outside all districts", 1500),
    ]


def test_a_verdict_stands_with_its_area_clause_file_and_line(book):
    row = by_view(book, "覆盖", KINDERGARTEN, STRAIGHT)[1]
    assert row["verdict"].split("\n")[0] == "不符合 / not_met"
    assert row["what was found"].split("\n")[0] == "城镇：覆盖40.0%，900人在服务半径外"
    assert row["clause"].split("\n")[0] == "按照服务半径1.5公里"
    assert row["source"].split("\n")[0] == "002_fe10ad1b5c3f9bc5.txt:118"
    for column in ("what was found", "clause", "source"):
        assert row[column].count("\n") == row["verdict"].count("\n")


def test_one_radius_for_all_is_said_of_town_and_country_apart(book):
    lines = by_view(book, "覆盖", KINDERGARTEN, STRAIGHT)[0]["what was found"].split("\n")
    assert [line.split("：")[0] for line in lines] == ["城镇", "农村", "城乡"]


def test_a_gap_names_its_people_nearest_school_and_the_site_that_reaches_it(book):
    gaps = by_view(book, "缺口", KINDERGARTEN, STRAIGHT)
    assert len(gaps) == 20
    assert {row["people"] for row in gaps} == {100}
    reached = [row for row in gaps if row["proposed sites that reach it"] == "S1"]
    assert len(reached) == 9
    assert [row["gap"] for row in gaps] == [f"G{rank}" for rank in range(1, 21)]
    # i=0, j=2, 3, 4: two, three and four kilometres north of K1
    north = [row for row in gaps if row["nearest school"] == "K1"]
    assert [(row["its name"], row["people's mean way to the nearest school (m)"]) for row in north] == [
        ("=1+1", 2000),
        ("=1+1", 3000),
        ("=1+1", 4000),
    ]


def test_a_proposed_site_tells_the_year_of_the_programme_in_which_it_opens(tiny, book, tmp_path):
    assert [row["opens"] for row in records(book, "建议")] == [None]
    yearly = written(tiny.plan(tmp_path / "town", years=(2030,)), tmp_path)
    assert [row["opens"] for row in records(yearly, "建议")] == [2030]


def test_a_proposed_site_carries_its_reasons_and_the_quality_of_the_answer(book):
    (row,) = records(book, "建议")
    assert (row["id"], row["land"], row["district"]) == ("S1", "闲置校舍 / idle campus", "城关镇")
    assert (row["people newly within the radius"], row["people for whom it is nearest"]) == (900, 900)
    assert row["pupils newly within the radius"] == 36
    assert (row["next best"], row["loss with it"]) == ("S3", 300)
    assert (row["solver status"], row["objective"], row["bound"]) == ("已证明最优 / optimal", 1900, 1900)
    assert row["gap to the bound"] == 0
    assert "新增覆盖居民 900 人 / 900 people come within the radius" in row["why"]
    assert row["size verdict"] == "与邻近单元统筹 / pool"
    assert row["size source"] == "002_fe10ad1b5c3f9bc5.txt:118"


def test_a_rule_says_where_it_stands_and_how_well_it_is_known(book):
    rows = {row["rule"]: row for row in records(book, "规则")}
    assert (rows["CB-R-01"]["file"], rows["CB-R-01"]["line"]) == ("002_fe10ad1b5c3f9bc5.txt", 118)
    assert rows["CB-R-01"]["bounds"] == "<= 1,500 米 m"
    assert rows["CB-R-02"]["bounds"] == "3,000 – 12,000 人 people"
    assert rows["NAT-R-02"]["evidence"].startswith("未核对原文")
    assert rows["NAT-R-02"]["profile"] == "national"


def test_the_notes_begin_with_the_notices(book):
    rows = records(book, "说明")
    assert rows[0] == {"item": "提示 / notice", "content": "本项目数据为合成数据。"}
    content = {row["item"]: row["content"] for row in rows}
    assert content["项目 / project"] == "小镇 & <测试>"
    assert content["数据日期 / data date"] == "2024-09-01"
    assert "EPSG:4547" in content["坐标系 / CRS"]
    assert "objective 1,900" in content["求解 / solver: 幼儿园 kindergarten"]
    assert "软件版本 / version: geoplan" in content
    assert "警告 / warning: edge-effect" in content


def test_a_name_that_looks_like_a_formula_stays_text(book):
    cells = {row[0].value: row[1] for row in book["现状"].iter_rows(min_row=2)}
    for each, name in {"K1": "=1+1", "K3": "@SUM(1)", "A1": "+cmd|' /C calc'!A0", "N9": "-2"}.items():
        assert (cells[each].value, cells[each].data_type) == (name, "s")
        assert cells[each].quotePrefix  # still text when somebody edits the cell
    assert not any(cell.data_type == "f" or cell.hyperlink for sheet in book for row in sheet for cell in row)


def test_characters_that_a_workbook_cannot_hold_are_left_out(plan, tmp_path):
    config = replace(plan.config, name="坏\x00\x0b\ud800\uffff字", notices=("一\n二\x1b",))
    book = written(replace(plan, config=config), tmp_path)
    content = {row["item"]: row["content"] for row in records(book, "说明")}
    assert content["项目 / project"] == "坏字"
    assert content["提示 / notice"] == "一\n二"
    assert clean_text("\t好\n") == "\t好\n"


def test_few_pupils_are_written_as_below_ten(book):
    gaps = by_view(book, "缺口", KINDERGARTEN, STRAIGHT)
    assert {row["pupils"] for row in gaps} == {"<10"}
    schooled = by_view(book, "覆盖", PRIMARY, STRAIGHT)
    assert schooled[0]["pupils within the radius, today"] == 12


def test_where_the_layer_counts_pupils_every_count_is_guarded(tiny, tmp_path):
    book = written(tiny.plan(tmp_path, counts="pupils", each=4), tmp_path)
    rows = {row["id"]: row for row in records(book, "现状")}
    assert rows["K1"]["kindergarten, straight: pupils nearest, within radius"] == "<10"
    assert rows["K2"]["kindergarten, straight: pupils nearest, within radius"] == 16
    assert {row["pupils"] for row in records(book, "缺口")} == {"<10"}
    assert by_view(book, "覆盖", PRIMARY, STRAIGHT)[0]["pupils within the radius, today"] == "<10"
    (site,) = records(book, "建议")
    assert site["pupils newly within the radius"] == 36


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [
        (0, 0, 0),
        (3, 120, "<10"),
        (60, 120, 60),
        (120, 120, 120),
        (117, 120, ">110"),
        (110, 120, 110),
        (0, 5, 0),
        (5, 5, "<10"),
        (12, 15, ">5"),
        (None, 120, None),
        (60, None, 60),
    ],
)
def test_the_rest_of_a_part_cannot_be_had_by_subtraction(part, whole, shown):
    assert suppressed_part(part, whole) == shown


def test_small_counts_in_sentences_are_hidden_and_large_ones_are_not():
    assert suppressed_words("覆盖97.1%，3人在服务半径外") == "覆盖97.1%，<10人在服务半径外"
    assert (
        suppressed_words("新增覆盖学生 1,003 人；13 pupils; 5 pupils") == "新增覆盖学生 1,003 人；13 pupils; <10 pupils"
    )


def test_local_metres_stand_in_place_of_degrees(tiny, tmp_path):
    book = written(tiny.plan(tmp_path, is_local=True), tmp_path)
    row = next(row for row in records(book, "现状") if row["id"] == "K2")
    assert (row["local x (m)"], row["local y (m)"]) == (5500, 4500)
    content = {row["item"]: row["content"] for row in records(book, "说明")}
    assert "local metres" in content["坐标系 / CRS"]


def test_a_plan_without_proposals_still_has_all_sheets(tiny, tmp_path):
    book = written(tiny.plan(tmp_path, new=0), tmp_path)
    assert book.sheetnames == SHEETS
    assert records(book, "建议") == []


def test_the_same_plan_gives_the_same_bytes_and_asks_no_clock(plan, tmp_path):
    first, second = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    write_tables(plan, first)
    write_tables(plan, second)
    assert first.read_bytes() == second.read_bytes()
    assert {info.date_time[0] for info in ZipFile(first).infolist()} == {1980}
    properties = openpyxl.load_workbook(first).properties
    assert (properties.created, properties.modified) == (datetime(1980, 1, 1), datetime(1980, 1, 1))  # noqa: DTZ001


def test_a_place_that_cannot_be_written_is_named(plan, tmp_path):
    with pytest.raises(PublishError, match=r"tables\.xlsx cannot be written"):
        write_tables(plan, tmp_path / "missing" / "tables.xlsx")


def test_a_place_without_any_way_to_school_is_said_in_words():
    from geoplan.publish.sheets import UNREACHABLE, metres

    assert (metres(float("inf")), metres(1234.56), metres(1500.0)) == (UNREACHABLE, 1234.6, 1500)
