"""School names taken apart: places, numbers, kinds, campuses, and what is left."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoplan.inputs.name_places import PlaceNames, bare_place, place_names
from geoplan.inputs.names import numeral, plain_name, school_name
from geoplan.types import Stage

PLACES = place_names(
    ["襄都区", "信都区", "临城县", "赵县", "浦东新区", "闵行区"], ["官庄镇", "鸭鸽营乡"], ["邢台市第一中学"] * 6
)


def parts(text):
    name = school_name(text, PLACES)
    return name.places, name.core, name.kind, name.campus


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("邢台市襄都区第三小学（东校区）", (("邢台市", "襄都区"), "3", "小学", "东")),
        ("临城一中", (("临城县",), "1", "中学", "")),
        ("临城县第一中学", (("临城县",), "1", "中学", "")),
        ("第十一中学", ((), "11", "中学", "")),
        ("官庄镇中心校", (("官庄镇",), "官庄中心", "学校", "")),
        ("官庄镇中心小学", (("官庄镇",), "官庄中心", "小学", "")),
        ("官庄镇中", (("官庄镇",), "官庄", "中学", "")),
        ("官庄初中", (("官庄镇",), "官庄", "初级中学", "")),
        ("鸭鸽营乡大梁庄村小学", (("鸭鸽营乡",), "大梁庄", "小学", "")),
        ("县直第二幼儿园", ((), "直属2", "幼儿园", "")),
        ("信都区实小", (("信都区",), "实验", "小学", "")),
        ("师大附中", ((), "师大附属", "中学", "")),
        ("邢台市第三十一中学北校区", (("邢台市",), "31", "中学", "北")),
        ("实验小學", ((), "实验", "小学", "")),
        ("闵行区民办育才幼稚园", (("闵行区",), "育才", "幼儿园", "")),
        ("赵县中学", (("赵县",), "赵县", "中学", "")),
        ("襄都区启智学校", (("襄都区",), "襄都", "特殊教育学校", "")),
        ("昆明学校小学部", ((), "昆明", "学校", "小学部")),
        ("东方小学蓝村校区", ((), "东方", "小学", "蓝村")),
        ("望德幼儿园南宁分园", ((), "望德", "幼儿园", "南宁")),
        ("望德幼儿园(总园)", ((), "望德", "幼儿园", "本部")),
        ("望德幼儿园分园", ((), "望德", "幼儿园", "分部")),
    ],
)
def test_a_name_is_taken_apart(text, expected):
    assert parts(text) == expected


@pytest.mark.parametrize(
    "forms",
    [
        ("第十一中学", "第11中学", "十一中", "１１中学", "11中"),
        ("望德幼儿园（东园）", "望德幼儿园东园", "望德幼儿园(东部)", "望德 幼儿园【东校区】"),
        ("实验小学", "實驗小學", "实 验 小 学", "实小"),
        ("复旦大学附属中学", "复旦大学附中"),
        ("民办阳光幼儿园", "阳光幼儿园(民办)", "阳光幼稚园"),
    ],
)
def test_ways_of_writing_one_name_are_one_key(forms):
    assert len({school_name(form, PLACES).key for form in forms}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("第三小学", "第四小学"),
        ("控江中学", "控江初级中学"),
        ("望德幼儿园东园", "望德幼儿园西园"),
        ("望德幼儿园", "望德幼儿园分园"),
        ("三之三幼儿园(金陵西路)", "三之三幼儿园(威海路)"),
        ("邢台市第一中学", "临城县第一中学"),
    ],
)
def test_schools_that_are_two_have_two_keys(one, other):
    assert school_name(one, PLACES).key != school_name(other, PLACES).key


def test_a_place_without_its_suffix_may_be_part_of_the_name():
    assert school_name("浦东模范中学", PLACES).readings == {"浦东模范", "模范"}
    assert school_name("浦东新区模范中学", PLACES).readings == {"模范"}


def test_what_a_bracket_says_of_the_operation_is_no_remark():
    assert school_name("向明中学(暂停营业)", PLACES).remarks == ()
    assert school_name("向明中学(瑞金路)", PLACES).remarks == ("瑞金路",)


def test_names_that_every_county_has_are_generic():
    generic = ["第一中学", "实验小学", "临城县实验小学", "第二实验幼儿园", "机关幼儿园"]
    assert all(school_name(name, PLACES).is_generic for name in generic)
    assert not school_name("育才小学", PLACES).is_generic


def test_the_name_says_the_stages_that_it_allows():
    assert school_name("官庄初中", PLACES).stages == (Stage.JUNIOR,)
    assert school_name("昆明学校小学部", PLACES).stages == (Stage.PRIMARY,)
    assert school_name("职教中心", PLACES).stages == ()


@pytest.mark.parametrize(
    ("text", "figure"),
    [("一", 1), ("十", 10), ("十一", 11), ("二十", 20), ("二十三", 23), ("一〇二", 102), ("五四", 54)],
)
def test_chinese_digits_are_numbers(text, figure):
    assert numeral(text) == figure


def test_a_city_is_known_from_the_names_that_begin_with_it():
    assert place_names([], [], ["邢台市第一中学"] * 6).cities == {"邢台": "邢台市", "邢台市": "邢台市"}
    assert place_names([], [], ["新城市花园幼儿园"]).cities == {}


@pytest.mark.parametrize("name", ["邢台市第十一小学", "邢台市襄都区育才小学", "河北省邢台市实验中学"])
def test_one_name_tells_the_city_where_a_district_or_a_name_of_every_county_stands_behind_it(name):
    assert place_names(["襄都区"], [], [name]).cities["邢台"] == "邢台市"
    assert place_names(["襄都区"], [], ["邢台市育才小学", "新城市花园幼儿园"]).cities == {}


def test_a_stem_that_two_districts_share_stands_for_neither():
    known = place_names(["邢台县", "邢台市"], [], []).districts
    assert known == {"邢台县": "邢台县", "邢台市": "邢台市"}


@pytest.mark.parametrize(("name", "bare"), [("官庄镇", "官庄"), ("南长街街道办事处", "南长街"), ("赵县", "赵县")])
def test_a_place_loses_its_suffix_where_something_is_left(name, bare):
    assert bare_place(name) == bare


@given(st.text(max_size=40))
def test_any_text_is_a_name_and_folding_it_twice_changes_nothing(text):
    name = school_name(text, PLACES)
    assert name.text == text
    assert plain_name(plain_name(text)) == plain_name(text)


@given(st.text(alphabet="一二三四五六七八九十第中小学幼儿园(（）)校区分部镇乡县实验附城", max_size=20))
def test_names_made_of_school_words_never_fail(text):
    assert school_name(text, PlaceNames()).readings
