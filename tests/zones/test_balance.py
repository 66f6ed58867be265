"""Balance as a second aim, and its price."""

from __future__ import annotations

import pytest

from geoplan.errors import ProblemError
from geoplan.zones import balance, make_zone_problem, verify


def test_loads_are_balanced_at_a_price(square):
    costs, words = square
    costs["Q"] += 1.0
    problem = make_zone_problem(costs, **{**words, "seats": {"P": 90, "Q": 90}})
    found = balance(problem, of="load", steps=4)
    table = found.table()
    # nearest: all but the last row and column with P
    assert table.loc[0, "largest_utilisation"] == pytest.approx(60 / 90)
    assert table["objective"].dropna().is_monotonic_increasing
    assert found.best.zone("P").load in {40.0, 50.0}
    assert table["price"].dropna().iloc[-1] == pytest.approx(found.best.objective - found.base.plan.objective)
    for step in found.steps:
        assert step.price is None or verify(step.plan.problem, step.plan) == []


def test_the_longest_way_is_shortened_at_a_price(estates):
    costs, words = estates
    problem = make_zone_problem(costs, **{**words, "seats": {"A": 300, "B": 600}, "pupils": {
        "e0": 100, "e1": 200, "e2": 50, "e3": 100, "e4": 100, "e5": 100}})  # fmt: skip
    found = balance(problem, of="distance", steps=3)
    assert found.base.longest_cost == 3.0
    assert found.best is found.base.plan
    wider = make_zone_problem(costs, **{**words, "seats": 600.0}, forced={"e3": "A"})
    assert balance(wider, of="distance", steps=2).best.zone("A").longest_cost == 3.0


def test_what_cannot_be_balanced_is_refused(estates):
    costs, words = estates
    with pytest.raises(ProblemError, match="Balance of load takes seats as a limit"):
        balance(make_zone_problem(costs, **words, over_price=1.0))
    with pytest.raises(ValueError, match="is not a valid Aim"):
        balance(make_zone_problem(costs, **words), of="money")
    with pytest.raises(ProblemError, match="steps ≥ 1"):
        balance(make_zone_problem(costs, **words), steps=0)


def test_without_a_plan_there_is_nothing_to_balance(estates):
    costs, words = estates
    found = balance(make_zone_problem(costs, **{**words, "seats": 100.0}))
    assert found.steps == ()
    assert found.best.reason
