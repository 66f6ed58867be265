from itertools import combinations

import numpy as np
import pytest

from geoplan.errors import ProblemError
from geoplan.locate import Status, alternatives, capacitated, max_cover, p_median, set_cover, verify, worth


def distances(seed, demands=12, sites=7):
    return np.random.default_rng(seed).random((demands, sites)).round(2)


@pytest.mark.parametrize("seed", range(8))
def test_alternatives_are_the_best_other_plans_in_order(seed):
    best = p_median(distances(seed), p=3)
    found = alternatives(best, 40, within=0.1, differ=1)
    values = sorted(
        worth(best.problem, np.isin(np.arange(7), plan)).objective
        for plan in combinations(range(7), 3)
        if {str(site) for site in plan} != set(best.sites)
    )
    expected = [value for value in values if value <= best.objective * 1.1 + 1e-9]
    assert [each.solution.objective for each in found.plans] == pytest.approx(expected)
    assert found.complete
    assert all(each.solution.status is Status.OPTIMAL for each in found.plans)
    assert all(verify(best.problem, each.solution) == [] for each in found.plans)


@pytest.mark.parametrize("seed", range(4))
def test_plans_differ_from_each_other_in_as_many_sites_as_was_asked_for(seed):
    best = max_cover(distances(seed), p=4, max_cost=0.2)
    plans = [best, *(each.solution for each in alternatives(best, 5, within=0.5, differ=2).plans)]
    assert len(plans) > 1
    assert all(len(set(one.sites) - set(other.sites)) >= 2 for one, other in combinations(plans, 2))


def test_each_says_what_it_opens_and_drops_and_what_it_does_better_and_worse():
    best = p_median(distances(3), p=2)
    (other,) = alternatives(best, 1, within=1.0).plans
    assert set(other.opened) | (set(best.sites) - set(other.dropped)) == set(other.solution.sites)
    worse = {each.measure: each for each in other.worse}
    assert worse["objective"].here == other.solution.objective > worse["objective"].best == best.objective


def test_that_there_is_no_other_plan_is_proved():
    found = alternatives(p_median(distances(1), p=7), 3)
    assert (found.plans, found.complete) == ((), True)
    assert "proved" in found.explain()
    assert found.as_dict() == {"complete": True, "differ": 2, "plans": []}


def test_covers_with_a_free_number_of_sites_and_seats_have_alternatives_too():
    cover = set_cover(distances(2), max_cost=0.5, skip_unreachable=True)
    seats = capacitated(distances(2), capacities=5, p=3)
    for best in (cover, seats):
        found = alternatives(best, 2, within=1.0)
        assert found.plans
        assert all(each.dropped for each in found.plans)


def test_without_a_plan_or_a_count_there_is_nothing_to_ask():
    with pytest.raises(ProblemError, match="no plan"):
        alternatives(p_median(np.full((2, 2), np.inf), p=1), 2)
    with pytest.raises(ProblemError, match="k of at least 1"):
        alternatives(p_median(distances(0), p=1), 0)
    with pytest.raises(ProblemError, match="differ: expected at least 1"):
        alternatives(p_median(distances(0), p=1), 1, differ=0)
