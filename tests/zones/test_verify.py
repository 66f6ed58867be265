"""`verify` finds whatever is wrong with a plan, and knows nothing of how it was made."""

from __future__ import annotations

from dataclasses import replace

import pytest

from geoplan.locate.solution import Status
from geoplan.zones import draw_zones, verify


@pytest.fixture
def plan(estates):
    costs, words = estates
    return draw_zones(costs, **words)


def test_a_good_plan_has_no_faults(plan):
    assert verify(plan.problem, plan) == []


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"objective": 699.0}, "the objective is 700, not 699"),
        ({"bound": 701.0}, "wrong side"),
        ({"bound": 690.0}, "the gap is not that"),
        ({"bound": 690.0, "gap": 10 / 700}, "called optimal with a gap"),
        ({"gap": None}, "missing"),
        ({"moved_pupils": 5.0}, "0 pupils move, not 5"),
        ({"new_schools": ("A",)}, "list of new schools"),
        ({"zones": ()}, "list of zones"),
    ],
)
def test_false_claims_are_found(plan, changed, fault):
    assert any(fault in each for each in verify(plan.problem, replace(plan, **changed)))


@pytest.mark.parametrize(
    ("assignment", "fault"),
    [
        ({"e2": "A"}, "A has 300 pupils and 200 seats"),
        ({"e0": "B"}, "A does not hold its school's unit"),
        ({"e1": "B", "e2": "A"}, "not contiguous"),
        ({"e1": "X"}, "unknown zone"),
        ({"e9": "A"}, "units without a zone, or unknown"),
    ],
)
def test_plans_that_break_a_rule_are_found(plan, assignment, fault):
    changed = replace(plan, assignment={**plan.assignment, **assignment})
    assert any(fault in each for each in verify(plan.problem, changed))


def test_shares_must_be_parts_of_a_whole(plan):
    for shares, fault in (({"A": 0.5, "B": 0.4}, "of a whole"), ({"A": 0.5, "B": 0.5}, "split otherwise")):
        changed = replace(plan, shares={"e2": shares})
        assert any(fault in each for each in verify(plan.problem, changed))


def test_options_are_checked_from_what_was_given(estates):
    costs, words = estates
    words = {**words, "seats": 600.0}
    plan = draw_zones(costs, **words)
    cases = {
        "is not where it is forced": draw_zones(costs, **words, forced={"e2": "B"}),
        "X is not whole": draw_zones(costs, **words, whole_by={"e2": "X", "e3": "X"}),
        "fewer than 400": draw_zones(costs, **words, min_enrolment={"B": 400}),
        "pupils move": draw_zones(costs, **words, current=dict.fromkeys(costs.index, "B"), most_moved=100),
        "beyond the longest way": draw_zones(costs, **{**words, "pupils": 1.0}, max_cost=2.0),
    }
    far = replace(plan, assignment={**plan.assignment, "e3": "A"})
    for fault, other in cases.items():
        wrong = far if "longest" in fault else plan
        assert any(fault in each for each in verify(other.problem, wrong)), fault


def test_no_plan_needs_a_reason(plan):
    nothing = replace(plan, status=Status.INFEASIBLE, objective=None, reasons=())
    assert verify(plan.problem, nothing) == ["infeasible without a reason"]
    assert verify(plan.problem, replace(nothing, reasons=(("因为", "because"),))) == []
