import numpy as np
import pandas as pd
import pytest

from geoplan.locate import (
    Expansion,
    Group,
    Size,
    Status,
    capacitated,
    elastic,
    make_problem,
    max_cover,
    models,
    p_median,
    set_cover,
    solve,
)
from geoplan.locate.clock import start_clock
from geoplan.locate.conflicts import explain
from geoplan.locate.highs import minimise

PLACES_KM = [0, 1, 2, 10, 11, 12]


def along_a_line(reach_km=np.inf):
    """Homes and sites at the same six places: three in the west, three in the east."""
    distance = np.abs(np.subtract.outer(np.array(PLACES_KM, float), np.array(PLACES_KM, float)))
    ids = [str(place) for place in PLACES_KM]
    return pd.DataFrame(
        np.where(distance <= reach_km, distance, np.inf), index=[f"d{each}" for each in ids], columns=ids
    )


def test_too_few_seats_name_the_three_ways_out():
    found = capacitated(along_a_line(), capacities=2, new=2)
    assert found.status is Status.INFEASIBLE
    assert found.unserved_weight == 2
    assert set(found.conflict.rules) == {"new = 2", "everyone is served", "capacities"}
    assert "3 in place of 2 would do (new = 2)." in found.conflict.relaxations
    assert "Leaving 2 unserved would do." in found.conflict.relaxations
    assert any(line.startswith("More seats would do: 2") for line in found.conflict.relaxations)


def test_each_named_way_out_leads_to_a_plan():
    assert capacitated(along_a_line(), capacities=2, new=3).status is Status.OPTIMAL
    assert capacitated(along_a_line(), capacities=2, new=2, unserved_cost=100).unserved_weight == 2
    more = capacitated(along_a_line(), capacities=2, new=2, expansions={each: Expansion(1, 0) for each in ("1", "11")})
    assert more.status is Status.OPTIMAL


def test_least_loads_that_ask_for_more_children_than_there_are():
    found = capacitated(along_a_line(), capacities=8, min_loads=4, p=2)
    assert found.conflict.rules == ("p = 2", "least loads")
    assert found.conflict.relaxations[0] == "1 in place of 2 would do (p = 2)."
    assert capacitated(along_a_line(), capacities=8, min_loads=4, p=1).status is Status.OPTIMAL


def test_limits_by_county_that_leave_too_few_sites():
    groups = [Group("west", ["0", "1", "2"], most=1), Group("east", ["10", "11", "12"], most=1)]
    found = p_median(along_a_line(), p=3, groups=groups)
    assert found.conflict.rules == ("p = 3", "group west: at most 1", "group east: at most 1")
    assert "2 in place of 3 would do (p = 3)." in found.conflict.relaxations
    assert p_median(along_a_line(), p=2, groups=groups).status is Status.OPTIMAL


def test_a_budget_that_does_not_suffice_names_the_one_that_does():
    found = set_cover(along_a_line(1), site_costs=3, budget=5)
    assert found.conflict.rules == ("budget 5", "everyone is served")
    assert "A budget of 6 would do." in found.conflict.relaxations
    assert set_cover(along_a_line(1), site_costs=3, budget=6).status is Status.OPTIMAL


def test_a_longest_way_that_is_too_short_names_the_one_that_suffices():
    found = p_median(along_a_line(), p=2, max_cost=0.5)
    assert "max_cost 0.5" in found.conflict.rules
    assert "max_cost 1 would do." in found.conflict.relaxations
    assert p_median(along_a_line(), p=2, max_cost=1).status is Status.OPTIMAL


def test_demand_beyond_every_allowed_site_is_named_with_the_way_that_would_reach_it():
    found = set_cover(along_a_line(), max_cost=1, forbidden=["10", "11", "12"])
    assert found.unserved == ("d10", "d11", "d12")
    assert found.conflict.relaxations[-1] == "max_cost 10 would bring each of them within reach of a site."
    assert "'d10', 'd11', 'd12'" in found.reason


def test_forbidden_sites_that_are_the_cause_are_named():
    groups = [Group("east", ["10", "11", "12"], least=1)]
    found = max_cover(along_a_line(1), p=1, forbidden=["10", "11", "12"], groups=groups)
    assert "forbidden sites stay closed" in found.conflict.rules
    assert any("Allowing" in line for line in found.conflict.relaxations)


def test_a_fixed_school_with_too_few_children_may_be_closed_as_a_way_out():
    found = capacitated(along_a_line(3), fixed=["0"], min_loads={"0": 4}, capacities=6, new=2)
    assert "least loads" in found.conflict.rules
    assert any("Closing '0' would do." in line for line in found.conflict.relaxations)


def test_sizes_too_small_for_the_children_are_explained():
    sizes = {str(each): [Size("12 classes", 1), Size("18 classes", 2)] for each in PLACES_KM}
    found = capacitated(along_a_line(), sizes=sizes, p=2)
    assert found.unserved_weight == 2
    assert "capacities" in found.conflict.rules


def test_the_explanation_is_what_explain_prints():
    found = capacitated(along_a_line(), capacities=2, new=2)
    assert found.reason in found.explain()
    assert all(line in found.explain() for line in found.conflict.relaxations)


def test_a_problem_with_a_plan_has_no_conflict():
    found = p_median(along_a_line(), p=2)
    assert found.conflict is None
    assert solve(found.problem).conflict is None


@pytest.fixture
def no_search(monkeypatch):
    """Whatever is answered is answered without an engine."""
    monkeypatch.delattr(models, "solve_seats")


def squares(homes, sites, **keywords):
    """Homes and sites at random in a square; ten schools to be open."""
    rng = np.random.default_rng(0)
    apart = rng.random((homes, 1, 2)) - rng.random((1, sites, 2))
    return make_problem("capacitated", np.hypot(apart[..., 0], apart[..., 1]), p=10, **keywords)


@pytest.mark.parametrize("size", [(60, 20), (1_000, 250)])
@pytest.mark.usefixtures("no_search")
def test_seats_that_cannot_suffice_by_their_sum_are_refused_before_any_search(size):
    found = solve(squares(*size, capacities=size[0] / 10 - 1, expansions={"3": Expansion(5, 1.0)}))
    assert found.status is Status.INFEASIBLE
    assert found.seconds < 15
    assert f"{size[0]:,}" in found.reason
    if found.conflict is None:
        assert f"the 10 largest sites that may be open hold {size[0] - 5:,}" in found.reason


@pytest.mark.usefixtures("no_search")
def test_least_loads_beyond_the_children_are_refused_before_any_search():
    by_count = capacitated(along_a_line(), p=2, min_loads=4)
    by_fixed = capacitated(along_a_line(), fixed=["0", "1"], min_loads={"0": 4, "1": 4})
    assert [found.status for found in (by_count, by_fixed)] == [Status.INFEASIBLE] * 2
    assert "least loads" in by_count.conflict.rules
    assert by_fixed.conflict.rules == ("fixed sites stay open", "least loads")


def test_sums_that_fit_exactly_are_no_obstacle():
    assert capacitated(along_a_line(), capacities=3, min_loads=3, new=2).status is Status.OPTIMAL
    assert capacitated(along_a_line(), capacities=2, closable=["0", "10"], new=1).status is Status.OPTIMAL


def test_an_explanation_keeps_to_what_is_left_of_the_time():
    clock = start_clock(0.0)
    found = explain(squares(400, 60, capacities=39.5, weights=np.random.default_rng(1).uniform(0.8, 1.2, 400)), clock)
    assert clock.seconds < 15
    assert found.reason


def test_a_count_is_never_said_to_need_more_sites_than_there_are(monkeypatch):
    def vague(model, **keywords):
        """An answer that is not proved, both more and fewer of a rule taken than need be."""
        answer = minimise(model, **keywords)
        asked = np.flatnonzero(model.cost)
        if answer.x is None or len(asked) != 2:
            return answer
        return type(answer)(answer.x + 9 * np.isin(np.arange(len(answer.x)), asked), 0.0, proved=False, seconds=0.0)

    monkeypatch.setattr(elastic, "minimise", vague)
    groups = [Group("west", ["0", "1", "2"], most=1)]
    found = set_cover(along_a_line(0), groups=groups)
    assert found.conflict.relaxations[0] == "3 in place of 1 would do (group west: at most 1)."
    found = capacitated(along_a_line(), capacities=1, new=2)
    assert found.conflict.relaxations[0] == "6 in place of 2 would do (new = 2)."
