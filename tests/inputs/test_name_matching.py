"""Names matched: what is accepted, what is left open, and what can never be one."""

from __future__ import annotations

import time

import numpy as np
import pytest

from geoplan.inputs.name_clues import ACCEPT, Clue
from geoplan.inputs.name_matching import Verdict, match_names
from geoplan.inputs.name_places import bare_place, place_names
from geoplan.inputs.name_scores import Named, folded_address
from geoplan.inputs.names import school_name
from geoplan.types import Stage

DISTRICTS = ["襄都区", "信都区", "临城县"]
PLACES = place_names(DISTRICTS, ["官庄镇", "石城乡"], ["邢台市"] * 9)


def named(key, text, district="襄都区", *, stages=(), township="", address=""):
    home = DISTRICTS.index(district) if district else -1
    return Named(key, school_name(text, PLACES), stages, home, bare_place(township), folded_address(address))


def matched(schools, places, *, xy=None, settled=None):
    spread = np.arange(2.0 * len(places)).reshape(-1, 2) * 1000 if xy is None else np.array(xy, dtype=float)
    return match_names(schools, places, spread, settled=settled)


def alone(school, place):
    """The match of one school against one place."""
    return matched([school], [place])[0]


@pytest.mark.parametrize(
    ("school", "place"),
    [
        ("第三小学", "邢台市襄都区第三小学"),
        ("三小", "襄都区第3小学"),
        ("邢台市育才小学", "育才小学"),
        ("官庄中心小学", "官庄镇中心小学"),
        ("望德幼儿园（东园）", "襄都区望德幼儿园东校区"),
        ("望德幼儿园", "望德幼儿园(总园)"),
        ("襄都实小", "襄都区实验小学"),
    ],
)
def test_another_way_of_writing_the_same_name_is_accepted(school, place):
    match = alone(named("s", school), named("p", place))
    assert match.verdict is Verdict.ACCEPTED
    assert match.place == 0
    assert match.candidates[0].score.value >= ACCEPT


@pytest.mark.parametrize(
    ("school", "place", "doubt"),
    [
        ("田林第三小学", "田林第四小学", Clue.NUMBER_OTHER),
        ("田林第三小学", "田林小学", Clue.NUMBER_ONE),
        ("控江中学", "控江初级中学", Clue.KIND),
        ("望德幼儿园东园", "望德幼儿园西园", Clue.CAMPUS_OTHER),
        ("望德幼儿园", "望德幼儿园东园", Clue.CAMPUS_ONE),
        ("望德幼儿园", "望德幼儿园(威海路)", Clue.REMARK),
        ("襄都区第一中学", "邢台市第一中学", Clue.LEVEL),
        ("育才小学", "官庄镇育才小学", Clue.TOWNSHIP_ONE),
    ],
)
def test_a_doubt_keeps_a_match_from_being_accepted(school, place, doubt):
    match = alone(named("s", school), named("p", place))
    assert match.verdict is not Verdict.ACCEPTED
    assert doubt in match.candidates[0].score.clues
    assert match.candidates[0].score.value <= doubt.ceiling


@pytest.mark.parametrize(
    ("school", "place"),
    [
        ("八一小学", "第八十一小学"),
        ("五四小学", "第54小学"),
        ("第一小学", "第十一小学"),
        ("市直机关幼儿园", "区直机关幼儿园"),
        ("育才小学附属幼儿园", "育才小学"),
        ("育才小学幼儿园", "育才小学"),
        ("小学路幼儿园", "幼儿园"),
        ("实验小学", "实验小学分校"),
        ("实验小学东校区", "实验小学西校区"),
    ],
)
def test_names_that_look_alike_and_are_two_schools_are_not_accepted(school, place):
    assert alone(named("s", school), named("p", place)).verdict is not Verdict.ACCEPTED
    assert alone(named("s", place), named("p", school)).verdict is not Verdict.ACCEPTED


@pytest.mark.parametrize(
    ("school", "place"),
    [
        ("育才小学附幼", "育才小学附属幼儿园"),
        ("师范学校附小东校区", "师范学校附属小学（东校区）"),
        ("市直机关幼儿园", "邢台市直属机关幼儿园"),
        ("區直第一幼儿园", "区直属机关第１幼儿园"),
        ("五四小学", "五四小学"),
        ("中学街小学东区", "中学街小学东校区"),
    ],
)
def test_kindergartens_of_primary_schools_and_schools_of_the_city_are_found(school, place):
    assert alone(named("s", school), named("p", place)).verdict is Verdict.ACCEPTED


def test_a_special_school_with_stages_is_found_where_the_map_tells_none():
    school = named("s", "襄都区特殊教育学校", stages=(Stage.PRIMARY, Stage.JUNIOR))
    assert alone(school, named("p", "襄都特教学校")).verdict is Verdict.ACCEPTED


def test_a_county_named_like_its_city_is_the_county():
    places = place_names(["邢台县"], [], ["邢台市第一小学"] * 9)
    assert school_name("邢台县第一中学", places).places == ("邢台县",)
    assert school_name("邢台市邢台县第一中学", places).places == ("邢台市", "邢台县")


def test_schools_and_places_of_different_districts_are_never_one():
    assert alone(named("s", "育才小学"), named("p", "育才小学", "信都区")).candidates == ()


def test_stages_must_agree():
    school = named("s", "育才学校", stages=(Stage.PRIMARY, Stage.JUNIOR))
    assert alone(school, named("p", "育才幼儿园")).candidates == ()
    assert alone(school, named("p", "育才学校", stages=(Stage.PRIMARY,))).verdict is Verdict.ACCEPTED


def test_the_township_decides_between_villages_of_one_name():
    places = [named("p1", "大梁庄小学", township="官庄镇"), named("p2", "大梁庄小学", township="石城乡")]
    match = matched([named("s", "大梁庄小学", township="石城乡")], places)[0]
    assert (match.verdict, match.place) == (Verdict.ACCEPTED, 1)


def test_the_address_decides_between_schools_of_one_name():
    places = [named("p1", "育才小学", address="中兴路8号"), named("p2", "育才小学", address="泉北大街118号")]
    match = matched([named("s", "育才小学", address="邢台市泉北大街118号")], places)[0]
    assert (match.verdict, match.place) == (Verdict.ACCEPTED, 1)
    assert alone(named("s", "育才小学", address="泉北大街118号"), places[0]).verdict is Verdict.OPEN


def test_two_places_of_one_name_are_left_open():
    match = matched([named("s", "育才小学")], [named("p1", "育才小学"), named("p2", "襄都区育才小学")])[0]
    assert match.verdict is Verdict.OPEN
    assert Clue.RIVAL_PLACE in match.candidates[0].score.clues
    assert [candidate.place for candidate in match.candidates] == [0, 1]


def test_two_schools_of_one_name_are_left_open():
    matches = matched([named("s1", "育才小学"), named("s2", "邢台市育才小学")], [named("p", "育才小学")])
    assert [match.verdict for match in matches] == [Verdict.OPEN, Verdict.OPEN]
    assert Clue.RIVAL_SCHOOL in matches[0].candidates[0].score.clues


def test_a_school_and_its_gate_are_one_place():
    places = [named("p1", "育才小学"), named("p2", "育才小学")]
    near, far = [[0, 0], [100, 0]], [[0, 0], [400, 0]]
    assert matched([named("s", "育才小学")], places, xy=near)[0].verdict is Verdict.ACCEPTED
    assert matched([named("s", "育才小学")], places, xy=far)[0].verdict is Verdict.OPEN


def test_a_generic_name_needs_its_district():
    unknown = named("s", "第一中学", "")
    assert alone(unknown, named("p", "第一中学", "")).verdict is Verdict.OPEN
    assert alone(named("s", "第一中学"), named("p", "第一中学")).verdict is Verdict.ACCEPTED
    assert alone(named("s", "育才中学", ""), named("p", "育才中学", "")).verdict is Verdict.ACCEPTED


def test_a_slip_of_the_pen_is_offered_and_at_the_same_address_accepted():
    school, place = named("s", "复东大学医学院幼儿园"), named("p", "复旦大学医学院幼儿园")
    assert alone(school, place).verdict is Verdict.OPEN
    here = {"address": "医学院路138号"}
    sure = alone(named("s", "复东大学医学院幼儿园", **here), named("p", "复旦大学医学院幼儿园", **here))
    assert sure.verdict is Verdict.ACCEPTED


def test_one_code_is_one_school_unless_the_campus_differs():
    code = "2113000123"
    assert alone(named(code, "老校名小学"), named(code, "老校名完全小学")).verdict is Verdict.ACCEPTED
    other = alone(named(code, "育才小学东校区"), named(code, "育才小学西校区"))
    assert other.verdict is Verdict.OPEN
    assert Clue.SAME_CODE in other.candidates[0].score.clues


def test_short_ids_are_no_codes():
    assert alone(named("1", "育才小学"), named("1", "红星小学")).verdict is Verdict.UNMATCHED


def test_a_decision_by_hand_goes_before_every_score_and_takes_the_place():
    schools = [named("s1", "育才小学"), named("s2", "红星小学"), named("s3", "向阳小学")]
    places = [named("p1", "育才小学"), named("p2", "东方小学"), named("p3", "向阳小学")]
    matches = matched(schools, places, settled={"s2": "p1", "s3": None})
    assert [match.verdict for match in matches] == [Verdict.UNMATCHED, Verdict.SETTLED, Verdict.NONE]
    assert [match.place for match in matches] == [-1, 0, -1]


def test_no_place_is_given_twice():
    rng = np.random.default_rng(7)
    words = ["育才", "红星", "向阳", "东方", "朝阳", "胜利"]
    schools = [named(f"s{n}", f"{words[rng.integers(6)]}第{rng.integers(1, 10)}小学") for n in range(40)]
    places = [named(f"p{n}", f"{words[rng.integers(6)]}{rng.integers(1, 10)}小") for n in range(40)]
    taken = [match.place for match in matched(schools, places) if match.place >= 0]
    assert len(taken) == len(set(taken))
    assert taken


def test_the_order_of_the_places_changes_nothing():
    schools = [named("s1", "育才小学"), named("s2", "红星第2小学"), named("s3", "复东大学幼儿园")]
    places = [named("p1", "襄都区育才小学"), named("p2", "红星二小"), named("p3", "复旦大学幼儿园")]
    forth, back = matched(schools, places), matched(schools, places[::-1])
    assert [match.place for match in forth] == [2 - match.place if match.place >= 0 else -1 for match in back]
    assert [match.candidates[0].score for match in forth] == [match.candidates[0].score for match in back]


def test_nothing_to_match_is_no_error():
    assert matched([], []) == ()
    assert matched([named("s", "育才小学")], [])[0].verdict is Verdict.UNMATCHED


def test_two_thousand_schools_and_five_thousand_places_take_seconds():
    signs = "东南西北中华阳光明新文海平安和兴永泰福源"
    rng = np.random.default_rng(3)
    texts = ["".join(signs[at] for at in rng.integers(0, len(signs), 3)) + "小学" for _ in range(5000)]
    places = [named(f"p{n}", text, DISTRICTS[n % 3]) for n, text in enumerate(texts)]
    schools = [named(f"s{n}", f"邢台市{text}", DISTRICTS[n % 3]) for n, text in enumerate(texts[:2000])]
    matched(schools[:1], places[:1])  # imports are not what is measured
    begun = time.perf_counter()
    matches = matched(schools, places)
    assert time.perf_counter() - begun < 20
    assert sum(match.verdict is Verdict.ACCEPTED for match in matches) > 1000
