"""Acceptance A8, and the same with other numbers."""

from __future__ import annotations

import pytest

from geoplan.locate.solution import Status
from geoplan.zones import draw_zones, verify


def test_six_estates_between_two_schools(estates):
    costs, words = estates
    plan = draw_zones(costs, **words)
    assert plan.status is Status.OPTIMAL
    assert plan.objective == plan.bound == plan.distance == pytest.approx(700.0)
    assert plan.assignment == {"e0": "A", "e1": "A", "e2": "B", "e3": "B", "e4": "B", "e5": "B"}
    assert {zone.id: (zone.load, zone.utilisation) for zone in plan.zones} == {"A": (200.0, 1.0), "B": (400.0, 1.0)}
    assert plan.zone("A").longest_cost == 1.0
    assert plan.zone("B").longest_cost == 3.0
    assert plan.zone("B").mean_cost == pytest.approx(1.5)
    assert verify(plan.problem, plan) == []


def test_exactly_one_estate_moves_from_todays_zones_and_the_reason_is_written(estates):
    costs, words = estates
    today = dict(zip(costs.index, "AAABBB", strict=True))
    plan = draw_zones(costs, **words, current=today, move_price=1.0)
    assert plan.moved_pupils == 100.0
    assert plan.objective == pytest.approx(800.0)
    (change,) = plan.changes
    assert (change.unit, change.was, change.becomes, change.pupils) == ("e2", "A", "B", 100.0)
    assert [each.code for each in change.reasons][:2] == ["over", "seats"]
    assert "300 pupils for 200 seats: 100 too many" in change.why
    assert "A现学区300人，学位200个，超出100人" in change.why_zh
    assert plan.change_table().loc[0, "from"] == "A"
    assert (plan.zone("A").moved_out, plan.zone("B").moved_in) == (100.0, 100.0)


def test_an_estate_is_never_split_unless_allowed(estates):
    costs, words = estates
    words["seats"] = {"A": 250, "B": 400}
    whole = draw_zones(costs, **words)
    assert whole.shares == {}
    assert whole.objective == pytest.approx(700.0)
    split = draw_zones(costs, **words, splittable=["e2"], part_pupils=50)
    assert split.shares == {"e2": {"A": 0.5, "B": 0.5}}
    # 100 + 100 + 50 pupils with A (0, 1, 2 km), 50 + 100 + 100 + 100 with B (3, 2, 1, 0 km)
    assert split.objective == pytest.approx(100 + 50 * 2 + 50 * 3 + 200 + 100)
    assert split.zone("A").load == 250.0


@pytest.mark.parametrize(
    ("seats", "objective", "zone_a"),
    [
        ({"A": 300, "B": 400}, 600.0, "e0 e1 e2"),
        ({"A": 100, "B": 500}, 1000.0, "e0"),
        ({"A": 600, "B": 199}, 1000.0, "e0 e1 e2 e3 e4"),
        ({"A": 400, "B": 200}, 700.0, "e0 e1 e2 e3"),
    ],
)
def test_other_numbers(estates, seats, objective, zone_a):
    costs, words = estates
    plan = draw_zones(costs, **{**words, "seats": seats})
    assert plan.objective == pytest.approx(objective)
    assert plan.zone("A").units == tuple(zone_a.split())


def test_the_answer_does_not_depend_on_the_order_of_rows(estates):
    costs, words = estates
    first, second = draw_zones(costs, **words), draw_zones(costs.iloc[::-1, ::-1], **words)
    assert first.assignment == second.assignment
    assert first.as_dict() == second.as_dict()


def test_tables_and_words(estates):
    costs, words = estates
    plan = draw_zones(costs, **words)
    assert plan.table().loc["A", ["units", "pupils", "seats"]].tolist() == [2, 200.0, 200.0]
    assert plan.unit_table()["pupils"].sum() == 600.0
    assert "optimal, objective 700, bound 700, gap 0.0000%, 2 zones" in plan.explain()
    assert plan.as_dict()["zones"][0] == {"id": "A", "units": 2, "pupils": 200, "seats": 200}
