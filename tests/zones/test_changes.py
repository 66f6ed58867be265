"""Why each unit changes zones: facts that can be checked."""

from __future__ import annotations

import pytest

from geoplan.zones import draw_zones


def reasons(plan, unit):
    change = next(each for each in plan.changes if each.unit == unit)
    return {each.code: each for each in change.reasons}


def test_a_nearer_school_is_a_reason_with_its_metres(estates):
    costs, words = estates
    plan = draw_zones(costs, **{**words, "seats": 600.0}, current=dict.fromkeys(costs.index, "A"))
    assert [each.unit for each in plan.changes] == ["e3", "e4", "e5"]
    assert reasons(plan, "e4")["nearer"].amount == pytest.approx(3.0)
    assert reasons(plan, "e4")["nearer"].en == "the new school is nearer by 3 km"
    assert reasons(plan, "e4")["nearer"].zh == "新校近3 km"


def test_to_make_room_for_others_is_a_reason(estates):
    costs, words = estates
    # 200 pupils of a closed school beside A can only go there: e2 has to leave, though A is not full today
    today = {"e0": "old", "e1": "old", "e2": "A", "e3": "B", "e4": "B", "e5": "B"}
    plan = draw_zones(costs, **words, current=today)
    assert "seats" in reasons(plan, "e2")
    assert "it makes room: without the change A would be 100 pupils over its seats" in reasons(plan, "e2")["seats"].en
    assert "over" not in reasons(plan, "e2")
    assert "closed" in reasons(plan, "e0")


def test_contiguity_is_a_reason(estates):
    costs, words = estates
    # today's zones are in pieces: e4 belongs to A
    plan = draw_zones(costs, **{**words, "seats": 600.0}, current=dict(zip(costs.index, "AAABAB", strict=True)))
    (change,) = plan.changes
    assert "needed for contiguity: without the change A is not contiguous: e4 cut off" in change.why
    assert "连片" in reasons(plan, "e4")["contiguity"].zh


def test_the_longest_way_an_instruction_a_group_and_a_new_school_are_reasons(estates):
    costs, words = estates
    words, today = {**words, "seats": 600.0}, dict.fromkeys(costs.index, "A")
    assert reasons(draw_zones(costs, **words, current=today, max_cost=3.0), "e4")["limit"].amount == pytest.approx(1.0)
    forced = draw_zones(costs, **words, current=dict(zip(costs.index, "AAABBB", strict=True)), forced={"e3": "A"})
    assert "forced" in reasons(forced, "e3")
    group = draw_zones(costs, **words, current=dict(zip(costs.index, "AAABBB", strict=True)),
                       whole_by={"e2": "X", "e3": "X", "e4": "X"})  # fmt: skip
    assert "whole" in reasons(group, "e2")
    costs["N"] = [abs(x - 2.0) for x in range(6)]
    stands = {"A": "e0", "B": "e5", "N": "e2"}
    new = draw_zones(costs, **{**words, "school_unit": stands}, candidates=["N"], new=1, current=today)
    assert "opened" in reasons(new, "e2")


def test_without_present_zones_there_are_no_changes(estates):
    costs, words = estates
    plan = draw_zones(costs, **words)
    assert plan.changes == ()
    assert plan.change_table().empty
    assert "Moved" not in plan.explain()


def test_only_units_whose_zone_is_known_today_can_move(estates):
    costs, words = estates
    plan = draw_zones(costs, **{**words, "seats": 600.0}, current={"e5": "A", "e4": None, "e0": "A"})
    assert [(each.unit, each.pupils) for each in plan.changes] == [("e5", 100.0)]
