"""Repair by hand: every measure anew, and what breaks."""

from __future__ import annotations

import time
from statistics import median

import numpy as np
import pandas as pd
import pytest

from geoplan.errors import ProblemError
from geoplan.zones import adjacency_from_pairs, draw_zones, make_zone_problem, verify
from geoplan.zones.answer import zone_plan
from geoplan.zones.measures import Placed


def test_a_move_gives_the_change_in_every_measure_and_what_breaks(estates):
    costs, words = estates
    moved = draw_zones(costs, **words).move(["e2"], to="A")
    assert not moved.legal
    assert [str(each) for each in moved.breaks] == ["A has 300 pupils for 200 seats: 100 too many"]
    assert moved.table().loc["distance"].tolist() == [700.0, 600.0, -100.0]
    assert moved.table().loc["largest_utilisation", "after"] == 1.5
    assert moved.loads().to_dict("index") == {
        "A": {"before": 200.0, "after": 300.0, "seats": 200.0},
        "B": {"before": 400.0, "after": 300.0, "seats": 400.0},
    }
    assert "objective -100" in moved.explain()


def test_moves_chain_and_can_be_undone(estates):
    costs, words = estates
    plan = draw_zones(costs, **words)
    there = plan.move(["e2"], to="A")
    back = there.move(["e2"], to="B")
    assert back.legal
    assert [each.code for each in back.mends] == ["seats"]
    assert back.after.objective == plan.objective
    assert back.undo() is there
    assert back.assignment == plan.assignment
    assert verify(plan.problem, back.plan()) == []


def test_a_move_that_cuts_a_zone_in_two_says_so(estates):
    costs, words = estates
    cut = draw_zones(costs, **words).move("e3", to="A")
    assert {each.code for each in cut.breaks} == {"contiguity", "seats"}
    assert "A is not contiguous: e3 cut off" in cut.explain()
    assert "B is not contiguous: e2 cut off" in cut.explain()
    assert any("contiguous" in fault for fault in verify(cut.problem, cut.plan()))


def test_taking_a_schools_own_unit_away_says_so(estates):
    costs, words = estates
    moved = draw_zones(costs, **words).move(["e5"], to="A")
    assert {"school", "reach"} <= {each.code for each in moved.breaks}


def test_groups_counts_moves_and_least_enrolments_are_watched(estates):
    costs, words = estates
    words = {**words, "seats": 600.0, "min_enrolment": {"A": 300, "B": 300}, "whole_by": {"e1": "X", "e2": "X"}}
    plan = draw_zones(costs, **words, current=dict(zip(costs.index, "AAABBB", strict=True)), most_moved=50)
    assert {each.code for each in plan.move(["e2"], to="B").breaks} == {"whole", "moved", "least"}
    costs["N"] = 9.0
    words = {**words, "min_enrolment": None, "school_unit": {"A": "e0", "B": "e5", "N": "e3"}}
    opened = draw_zones(costs, **words, candidates=["N"], new=0).move(["e3"], to="N")
    assert [each.code for each in opened.breaks] == ["count"]


def test_unknown_units_and_zones_are_refused(estates):
    costs, words = estates
    plan = draw_zones(costs, **words)
    with pytest.raises(ProblemError, match="Unknown units 'e9'"):
        plan.move(["e9"], to="A")
    with pytest.raises(ProblemError, match="Unknown zone or school 'X'"):
        plan.move(["e2"], to="X")
    with pytest.raises(ProblemError, match="found none"):
        plan.move([], to="A")
    with pytest.raises(ProblemError, match="no plan to change"):
        draw_zones(costs, **{**words, "seats": {"A": 100, "B": 100}}).move(["e2"], to="A")


def test_a_move_among_1300_units_is_answered_at_once():
    wide, schools = 36, 40
    ids = [f"u{number}" for number in range(wide * wide)]
    xy = np.array([(number % wide, number // wide) for number in range(len(ids))], dtype=float)
    at = np.random.default_rng(1).choice(len(ids), schools, replace=False)
    costs = pd.DataFrame(np.hypot(*(xy[:, None] - xy[at][None]).transpose(2, 0, 1)), index=ids)
    pairs = [(ids[row], ids[row + 1]) for row in range(len(ids)) if row % wide < wide - 1]
    pairs += [(ids[row], ids[row + wide]) for row in range(len(ids) - wide)]
    problem = make_zone_problem(
        costs, pupils=10.0, seats=500.0, adjacency=adjacency_from_pairs(pairs, unit_ids=ids),
        school_unit={str(number): ids[row] for number, row in enumerate(at)},
    )  # fmt: skip
    nearest = problem.cost.argmin(axis=1)
    plan = zone_plan(problem, Placed(np.arange(len(ids)), nearest, np.ones(len(ids))), bound=0.0, proved=False)
    edit, took = plan.move(ids[:1], to="0"), []
    for each in ids[100:120]:
        began = time.perf_counter()
        edit = edit.move([each], to=problem.zone_ids[3])
        took.append(time.perf_counter() - began)
    # 50 ms are promised; a busy machine gets some grace
    assert median(took) < 0.1
