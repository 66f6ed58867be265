"""Where there is no plan: which and how much, and what comes nearest."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from geoplan.locate.solution import Status
from geoplan.zones import adjacency_from_pairs, draw_zones, models, verify
from geoplan.zones.engine import solve_zones


def test_too_few_seats_are_counted_and_the_least_bad_plan_is_offered(estates):
    costs, words = estates
    plan = draw_zones(costs, **{**words, "seats": {"A": 200, "B": 300}})
    assert plan.status is Status.INFEASIBLE
    assert "600 pupils and 500 seats" in plan.reason
    assert "100 seats are missing" in plan.reason
    assert plan.least_bad.over_pupils == 100.0
    assert plan.least_bad.distance == 600.0
    assert verify(plan.least_bad.problem, plan.least_bad) == []
    assert "Nearest to it: zones: optimal" in plan.explain()
    assert plan.as_dict()["least_bad"]["over_pupils"] == 100


def test_enrolments_that_cannot_be_met_are_named(estates):
    costs, words = estates
    words = {**words, "seats": 600.0}
    plan = draw_zones(costs, **words, min_enrolment={"A": 400, "B": 300})
    assert "need 700 pupils at least, and there are 600" in plan.reason
    assert plan.least_bad.objective == pytest.approx(600.0)
    near = draw_zones(costs, **words, min_enrolment={"A": 500}, max_cost=3.0)
    assert "A needs 500 pupils at least, and 400 live within its reach" in near.reason


def test_a_unit_larger_than_any_school_in_reach_is_named(estates):
    costs, words = estates
    pupils = {**dict.fromkeys(costs.index, 10.0), "e2": 500.0}
    plan = draw_zones(costs, **{**words, "pupils": pupils, "seats": {"A": 300, "B": 300}})
    assert "e2 has 500 pupils, and the largest school in its reach 300 seats" in plan.reason


def test_a_least_enrolment_beyond_the_seats_is_named(estates):
    costs, words = estates
    plan = draw_zones(costs, **{**words, "seats": {"A": 200, "B": 500}}, min_enrolment={"A": 250})
    assert "A needs 250 pupils at least, and has 200 seats." in plan.reason


def test_where_a_school_is_too_small_for_the_unit_that_it_stands_in_this_is_said(estates):
    costs, words = estates
    plan = draw_zones(costs, **{**words, "seats": {"A": 50, "B": 600}})
    assert "can only go to A, which has 50 seats. The 100 of the unit that it stands in belong to it." in plan.reason


def test_every_reason_is_told_in_chinese_and_english_and_by_name(estates):
    costs, words = estates
    names = {"unit_names": {"e0": "东里"}, "school_names": {"A": "一小"}}
    plan = draw_zones(costs, **{**words, "seats": {"A": 50, "B": 500}}, **names)
    missing = "600 pupils and 550 seats in the schools that may be open: 50 seats are missing."
    assert plan.reasons == (
        (
            "学生600人，可开办学校的学位550个，缺50个学位。请增加学位或学校，或允许加价超额（over_price）。",
            f"{missing} Add seats or schools, or let zones exceed them at a price (over_price).",
        ),
        (
            "100人只能到一小（其所在单元即有100人），学位只有50个。",
            "100 pupils can only go to 一小, which has 50 seats. The 100 of the unit that it stands in belong to it.",
        ),
        (
            "东里有学生100人，可达的最大学校只有50个学位。",
            "东里 has 100 pupils, and the largest school in its reach 50 seats.",
        ),
        (
            "最接近要求的方案（超出学位每人加价40）：一小超出学位50个。",
            "The least bad plan (40 for each pupil beyond the seats): 一小 has 100 pupils for 50 seats: 50 too many.",
        ),
    )
    assert plan.as_dict()["reason_zh"] == "".join(zh for zh, _ in plan.reasons)


def test_what_shows_without_a_search_costs_the_nearest_plan_no_time(estates, monkeypatch):
    costs, words = estates
    prices = []

    def solve(core, **limits):
        prices.append(core.over_price)
        return solve_zones(core, **limits)

    monkeypatch.setattr(models, "solve_zones", solve)
    pupils = {**dict.fromkeys(costs.index, 10.0), "e2": 500.0}
    plan = draw_zones(costs, **{**words, "pupils": pupils, "seats": {"A": 300, "B": 300}})
    assert plan.least_bad.over_pupils == 220.0
    assert np.isfinite(prices).all()


def test_units_behind_others_out_of_reach_are_named_and_bridged_in_the_least_bad_plan(estates):
    costs, words = estates
    # e1 may only go to B, and all that parts it from B may only go to A
    costs.loc["e1", "A"] = np.nan
    costs.loc["e2", "B"] = np.nan
    costs.loc["e3", "B"] = np.nan
    words = {**words, "seats": 600.0}
    plan = draw_zones(costs, **words)
    assert plan.unreachable == ("e1", "e2", "e3")
    assert "3 units cannot be reached by any school over contiguous ground" in plan.reason
    assert plan.least_bad.assignment["e1"] == "B"


def test_a_unit_without_any_way_is_named(estates):
    costs, words = estates
    costs.loc["e2"] = np.nan
    plan = draw_zones(costs, **words)
    assert "no school at all is in reach of e2" in plan.reason
    assert plan.least_bad is None


def test_rules_that_only_conflict_together_still_get_a_nearest_plan(square):
    costs, words = square
    seats = {"P": 45, "Q": 45}
    pupils = {each: 20.0 if each in {"b0", "b4", "b8"} else 5.0 for each in costs.index}
    plan = draw_zones(costs, **{**words, "seats": seats, "pupils": pupils}, whole_by={"b0": "X", "b4": "X"})
    assert plan.status is Status.OPTIMAL
    stuck = draw_zones(costs, **{**words, "seats": seats, "pupils": pupils}, forced={"b4": "P", "b1": "P", "b2": "P"})
    assert stuck.status is Status.INFEASIBLE
    assert stuck.least_bad.over_pupils == 5.0


def test_islands_that_are_not_linked_are_a_fault_of_the_input(square):
    costs, words = square
    lonely = adjacency_from_pairs([], unit_ids=costs.index, xy=words["adjacency"].xy)
    plan = draw_zones(costs, **{**words, "adjacency": lonely, "seats": 90.0})
    assert {each.code for each in plan.findings} == {"island"}
    assert len(plan.findings) == 7
    assert plan.status is Status.OPTIMAL


def test_of_many_schools_that_are_too_small_the_worst_are_told_and_the_rest_counted():
    schools = [f"S{number}" for number in range(8)]
    costs = pd.DataFrame(np.where(np.eye(8, dtype=bool), 1.0, np.nan), index=[f"e{each}" for each in range(8)],
                         columns=schools)  # fmt: skip
    plan = draw_zones(
        costs, pupils=dict(zip(costs.index, range(101, 109), strict=True)), seats=dict.fromkeys(schools, 100),
        adjacency=adjacency_from_pairs(list(pairwise(costs.index)), unit_ids=list(costs.index)),
        school_unit=dict(zip(schools, costs.index, strict=True)),
    )  # fmt: skip
    assert "108 pupils can only go to S7, which has 100 seats." in plan.reason
    assert plan.reason.count("can only go to") == 5
    assert "So it is with 3 more schools, which lack 6 seats together." in plan.reason
