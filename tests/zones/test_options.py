"""Every option of a zoning problem, on worlds small enough to be checked by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from geoplan.locate.solution import Status
from geoplan.zones import adjacency_from_pairs, draw_zones, feeder_problem, make_zone_problem, verify
from geoplan.zones.models import draw


def test_a_zone_is_contiguous_where_the_nearest_school_would_not_be(estates):
    costs, words = estates
    # e4 is next door to A by road, but lies behind B's ground
    costs.loc["e4", "A"] = 0.5
    plan = draw_zones(costs, **{**words, "seats": {"A": 600, "B": 600}})
    assert plan.assignment["e4"] == "B"


def test_pupils_beyond_the_seats_have_a_price(estates):
    costs, words = estates
    cheap = draw_zones(costs, **words, over_price=0.5)
    assert (cheap.over_pupils, cheap.objective) == (100.0, pytest.approx(650.0))
    dear = draw_zones(costs, **words, over_price=5.0)
    assert (dear.over_pupils, dear.objective) == (0.0, pytest.approx(700.0))


def test_a_least_enrolment_is_reached(estates):
    costs, words = estates
    plan = draw_zones(costs, **{**words, "seats": {"A": 600, "B": 600}}, min_enrolment={"A": 400})
    assert plan.zone("A").load == 400.0


def test_a_longest_way_holds_for_pupils_and_not_for_empty_ground(estates):
    costs, words = estates
    words["seats"] = {"A": 600, "B": 600}
    assert draw_zones(costs, **words, max_cost=2.0).zone("A").longest_cost == 2.0
    blocked = draw_zones(costs, **words, max_cost=1.0)
    assert blocked.status is Status.INFEASIBLE
    assert blocked.unreachable == ("e2", "e3")
    empty = {each: 0.0 if each in {"e2", "e3"} else 100.0 for each in costs.index}
    assert draw_zones(costs, **{**words, "pupils": empty}, max_cost=1.0).status is Status.OPTIMAL


def test_a_community_stays_whole(estates):
    costs, words = estates
    community = {"e2": "East", "e3": "East", "e4": "East"}
    plan = draw_zones(costs, **{**words, "seats": {"A": 600, "B": 600}}, whole_by=community)
    assert {plan.assignment[each] for each in community} == {"B"}


def test_pieces_of_a_community_count_as_touching_and_that_is_reported(estates):
    costs, words = estates
    plan = draw_zones(costs, **{**words, "seats": {"A": 600, "B": 600}}, whole_by={"e1": "X", "e4": "X"})
    assert [each.code for each in plan.findings] == ["whole-in-pieces"]
    assert plan.assignment["e1"] == plan.assignment["e4"]
    assert verify(plan.problem, plan) == []


def test_so_many_pupils_may_move(estates):
    costs, words = estates
    today = dict(zip(costs.index, "AAAAAB", strict=True))
    words["seats"] = {"A": 600, "B": 600}
    assert draw_zones(costs, **words, current=today).moved_pupils == 200.0
    assert draw_zones(costs, **words, current=today, most_moved=150).moved_pupils == 100.0
    assert draw_zones(costs, **words, current=today, move_price=10.0).changes == ()


def test_pupils_of_a_closed_school_move_in_any_case(estates):
    costs, words = estates
    plan = draw_zones(costs, **words, current={**dict.fromkeys(costs.index, "B"), "e0": "old"})
    assert next(each for each in plan.changes if each.unit == "e0").reasons[0].code == "closed"
    stuck = draw_zones(costs, **words, current={"e0": "old"}, most_moved=50)
    assert "100 pupils have to move, and only 50 may" in stuck.reason
    assert stuck.least_bad.moved_pupils == 100.0


def test_a_unit_is_forced_and_drags_its_zone_along(estates):
    costs, words = estates
    plan = draw_zones(costs, **{**words, "seats": {"A": 600, "B": 600}}, forced={"e3": "A"})
    assert plan.zone("A").units == ("e0", "e1", "e2", "e3")


def test_a_boarding_school_is_exempt_from_contiguity_and_the_longest_way(estates):
    costs, words = estates
    costs["H"] = [9.0, 0.0, 9.0, 9.0, 0.0, 9.0]
    words = {**words, "seats": {"A": 600, "B": 600, "H": 600}, "boarding": ["H"]}
    plan = draw_zones(costs, **words, max_cost=5.0)
    # e2 and e3 are cut off from A and B by the ground of H, and 9 km are allowed to a boarding school
    assert plan.zone("H").boarding
    assert verify(plan.problem, plan) == []
    assert plan.objective == pytest.approx(600.0)
    costs["H"] = [9.0, 9.0, 0.0, 0.5, 9.0, 9.0]
    assert draw_zones(costs, **words, max_cost=5.0).zone("H").units == ("e2", "e3")


def test_schools_that_share_a_zone_add_their_seats_and_weight_their_ways(estates):
    costs, words = estates
    costs["C"] = [4.0, 3.0, 2.0, 1.0, 0.0, 1.0]
    words = {**words, "seats": {"A": 200, "B": 300, "C": 100}, "school_unit": {"A": "e0", "B": "e5", "C": "e4"}}
    plan = draw_zones(costs, **words, together=[["C", "B"]])
    shared = plan.zone("B")
    assert (shared.id, shared.schools, shared.seats) == ("B+C", ("B", "C"), 400.0)
    # from e2: (300 × 3 km + 100 × 2 km) / 400
    assert plan.problem.cost[2].tolist() == [2.0, 2.75]
    assert plan.assignment["e4"] == plan.assignment["e5"] == "B+C"


def test_schools_on_one_unit_share_a_zone_and_that_is_reported(estates):
    costs, words = estates
    costs["C"] = costs["B"]
    words = {**words, "seats": {"A": 200, "B": 200, "C": 200}, "school_unit": {"A": "e0", "B": "e5", "C": "e5"}}
    plan = draw_zones(costs, **words)
    assert [zone.id for zone in plan.zones] == ["A", "B+C"]
    assert [each.code for each in plan.findings] == ["schools-share-ground"]
    assert plan.objective == pytest.approx(700.0)


def test_candidates_are_opened_where_they_pay(estates):
    costs, words = estates
    costs["N"] = [abs(x - 2.0) for x in range(6)]
    words = {
        **words, "seats": {"A": 600, "B": 600, "N": 600}, "school_unit": {"A": "e0", "B": "e5", "N": "e2"},
        "candidates": ["N"],
    }  # fmt: skip
    cheap = draw_zones(costs, **words, opening_costs={"N": 100.0})
    # with N: e0 0, e1 1 (either), e2 0, e3 1, e4 1, e5 0
    assert (cheap.new_schools, cheap.objective) == (("N",), pytest.approx(400.0))
    dear = draw_zones(costs, **words, opening_costs={"N": 1000.0})
    assert (dear.new_schools, dear.objective) == ((), pytest.approx(600.0))
    assert draw_zones(costs, **words, opening_costs={"N": 1000.0}, new=1).objective == pytest.approx(1300.0)
    assert draw_zones(costs, **words, p=2).new_schools == ()


def test_an_island_is_linked_to_the_nearest_unit_or_refused(square):
    costs, words = square
    pairs = [pair for pair in _pairs(words["adjacency"]) if "b2" not in pair]
    xy = words["adjacency"].xy.copy()
    xy[2] += (0.2, 0.1)
    words["adjacency"] = adjacency_from_pairs(pairs, unit_ids=costs.index, xy=xy)
    plan = draw_zones(costs, **words)
    (finding,) = plan.findings
    assert (finding.code, finding.rows) == ("island", ("b2",))
    assert plan.problem.adjacency.bridges == (("b2", "b5"),)
    with pytest.raises(ValueError, match=r"1 units are cut off from every school: 'b2'"):
        draw_zones(costs, **words, islands="refuse")


def _pairs(adjacency):
    return [(adjacency.ids[one], adjacency.ids[other]) for one, other in adjacency.edges]


def test_an_island_without_points_is_linked_by_its_ways_to_the_schools(square):
    costs, words = square
    pairs = [pair for pair in _pairs(words["adjacency"]) if "b2" not in pair]
    plan = draw_zones(costs, **{**words, "adjacency": adjacency_from_pairs(pairs, unit_ids=costs.index)})
    assert "by their ways to the schools" in plan.findings[0].what


def test_primary_zones_feed_junior_schools_as_wholes(square):
    costs, words = square
    costs["R"] = [abs(number % 3 - 2) + number // 3 for number in range(9)]
    words = {**words, "seats": {"P": 60, "Q": 60, "R": 30}, "school_unit": {"P": "b0", "Q": "b8", "R": "b2"}}
    primary = draw_zones(costs, **words)
    junior = pd.DataFrame({"J": costs["P"], "K": costs["Q"]})
    stands = {"J": "b0", "K": "b8"}
    problem = feeder_problem(primary, junior, seats={"J": 90, "K": 90}, school_unit=stands)
    assert problem.unit_ids == ("P", "Q", "R")
    plan = draw(problem)
    assert (plan.assignment["P"], plan.assignment["Q"]) == ("J", "K")
    assert plan.zone("J").load + plan.zone("K").load == 90.0
    for own in ("J", "K"):
        nine = draw(feeder_problem(primary, junior, seats=90, school_unit=stands, nine_year={"R": own}))
        assert nine.assignment["R"] == own


def test_a_start_that_is_not_legal_is_no_harm(estates):
    costs, words = estates
    problem = make_zone_problem(costs, **words)
    plan = draw(problem)
    from geoplan.zones.answer import placed_of
    from geoplan.zones.reduce import reduce_zones

    placed = placed_of(problem, plan)
    reduced = reduce_zones(problem)
    assert reduced.placed(reduced.taken(placed), 2).zone.tolist() == placed.zone.tolist()
    assert draw(problem, start=placed.moved(placed.unit[2:3], 0)).objective == plan.objective
