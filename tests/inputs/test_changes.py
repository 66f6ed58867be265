"""The change log: every cell whose meaning was changed, with its row; nothing for a clean file, nothing unasked."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoplan.inputs import check_layers
from geoplan.inputs.changes import ChangeLog, Why

HEADER = "学校标识码,校名,办学类型,办学性质,在校生数,占地面积（亩）,是否普惠,建校年份,经度,纬度"


@pytest.fixture
def log_of(town):
    """log_of(text) -> the log of that schools.csv."""

    def read(text, *, encoding="utf-8", toml=""):
        town.write("schools.csv", text, encoding)
        town.layer("schools", f'path = "schools.csv"\n{toml}')
        log = ChangeLog()
        check_layers(town.config(), roles={"schools"}, log=log)
        return log

    return read


def told(log, why):
    return [(each.row, each.column, each.found, each.became) for each in log.changes if each.why is why]


def test_every_kind_of_cell_that_changes_is_told_with_its_row_before_and_after(log_of):
    log = log_of(
        f"{HEADER}\n"
        "s1,一园,幼儿园,民办,1.2万,3,是,2019年9月,114.5,37.05\n"
        "s2, 二校 ,九年一贯制,公办,约500,,—,2001,114.5,37.06\n"
        "s3,三校,小学,合作,１２０,6,,1998,114.5,37.07\n"
    )
    assert told(log, Why.NUMBER) == [("row 2", "在校生数", "1.2万", "12000"), ("row 4", "在校生数", "１２０", "120")]
    assert told(log, Why.APPROXIMATE) == [("row 3", "在校生数", "约500", "500")]
    assert told(log, Why.UNIT) == [("row 2", "占地面积（亩）", "3", "2000"), ("row 4", "占地面积（亩）", "6", "4000")]
    assert told(log, Why.YEAR) == [("row 2", "建校年份", "2019年9月", "2019")]
    assert told(log, Why.TEXT) == [("row 3", "校名", " 二校 ", "二校")]
    assert told(log, Why.BLANK) == [("row 3", "是否普惠", "—", "")]
    assert told(log, Why.UNKNOWN) == [("row 4", "办学性质", "合作", "")]
    assert ("row 3", "办学类型", "九年一贯制", "primary;junior") in told(log, Why.WORD)
    assert ("row 2", "是否普惠", "是", "yes") in told(log, Why.WORD)
    assert {change.file for change in log.changes} == {"schools.csv"}


def test_rows_that_are_left_out_are_told_with_what_they_said(log_of):
    log = log_of(
        f"{HEADER}\ns1,一校,小学,公办,20,,,,114.5,37.05\n合计,,,,20,,,,,\n注：无,,,,,,,,,\n填表人：张三,,,,,,,,,\n"
    )
    assert told(log, Why.TOTAL_ROW) == [("row 3", "", "合计 | 20", "")]
    assert told(log, Why.NOTE_ROW) == [("row 4", "", "注：无", ""), ("row 5", "", "填表人：…", "")]


def test_rows_that_where_leaves_out_are_told(log_of):
    log = log_of("id,stage,lon,lat\na,primary,114.5,37\nb,junior,114.5,37\n", toml='where = { stage = ["primary"] }')
    assert [each[0] for each in told(log, Why.LEFT_OUT)] == ["row 3"]


def test_the_encoding_is_a_change_of_the_whole_file(log_of):
    log = log_of("id,name,stage,lon,lat\na,邢台市第一幼儿园,幼儿园,114.5,37\n", encoding="gbk")
    assert told(log, Why.ENCODING) == [("", "", "GB18030", "UTF-8")]


def test_a_row_number_in_place_of_a_missing_id_is_told(log_of):
    log = log_of("id,stage,lon,lat\na,primary,114.5,37\n,primary,114.5,37\n")
    assert told(log, Why.ID) == [("row 3", "id", "", "row 3")]


def test_spaces_at_the_edges_of_an_id_are_told_as_those_of_a_name(log_of):
    log = log_of("id,stage,lon,lat\na ,primary,114.5,37\nb,primary,114.5,37\n")
    assert told(log, Why.TEXT) == [("row 2", "id", "a ", "a")]


def test_a_school_that_is_inclusive_by_its_ownership_is_told(log_of):
    log = log_of("id,stage,办学性质,lon,lat\na,kindergarten,普惠性民办,114.5,37\n")
    assert [each[3] for each in told(log, Why.DERIVED)] == ["yes"]


def test_how_each_column_was_understood_is_remembered(log_of):
    log = log_of(f"{HEADER},备考\ns1,一校,小学,公办,三百,,,,114.5,37.05,x\ns2,二校,小学,公办,300,,,,114.5,37.06,y\n")
    (reading,) = log.readings
    columns = {column.name: column for column in reading.columns}
    assert (columns["enrolment"].header, columns["enrolment"].share) == ("在校生数", 0.5)
    assert columns["site_area_m2"].factor == pytest.approx(2000 / 3)
    assert columns["name"].samples == ("一校", "二校")
    assert columns["lon"].header == "经度"
    assert (reading.rows, reading.unused, reading.missing) == (2, ("备考",), ())


def test_without_a_log_the_answer_is_the_same(town):
    plain, findings = town.check(roles={"schools"})
    logged, same = check_layers(town.config(), roles={"schools"}, log=ChangeLog())
    assert plain.schools.frame.equals(logged.schools.frame)
    assert findings == same


names = st.text(st.characters(codec="utf-8", categories=["L", "N"]), min_size=1, max_size=8).map("校{}".format)
"""A name that is itself 合计 or total would make its row one of totals, which is told."""


@settings(deadline=None, max_examples=40)
@given(
    rows=st.lists(
        st.tuples(
            names, st.sampled_from(["primary", "junior", "senior"]), st.integers(0, 9999), st.floats(100, 120),
            st.floats(20, 50),
        ),
        min_size=1,
        max_size=8,
    )
)  # fmt: skip
def test_a_clean_file_has_no_change_at_all(make_town, tmp_path_factory, rows):
    town = make_town(tmp_path_factory.mktemp("clean"))
    lines = [f"s{at},{name},{stage},{seats},{lon},{lat}" for at, (name, stage, seats, lon, lat) in enumerate(rows)]
    town.write("schools.csv", "\n".join(["id,name,stage,capacity,lon,lat", *lines, ""]))
    log = ChangeLog()
    layers, _ = check_layers(town.config(), roles={"schools"}, log=log)
    assert layers is None or len(layers.schools) == len(rows)
    assert log.changes == []
