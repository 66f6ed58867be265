import numpy as np
import pandas as pd
import pytest

from geoplan.errors import ProblemError
from geoplan.locate import Expansion, Group, Points, Size, Status, capacitated, make_problem, p_median

INF = float("inf")
TWO_BY_TWO = pd.DataFrame([[0.0, 1.0], [1.0, 0.0]], index=["d1", "d2"], columns=["s1", "s2"])
A, B = Size("a", 1.0), Size("b", 2.0)
REFUSED = [
    ("p_median", {"p": 1, "weights": {"d1": np.nan}}, "weights.*'d1'"),
    ("p_median", {"p": 1, "weights": {"d2": -1.0}}, "weights.*'d2'"),
    ("p_median", {"p": 1, "weights": {"d2": INF}}, "weights.*'d2'"),
    ("p_median", {"p": 1, "weights": {"d9": 1.0}}, "weights.*'d9'"),
    ("p_median", {"p": 1, "weights": pd.Series([1.0, 2.0], index=["d1", "d1"])}, "twice: 'd1'"),
    ("p_median", {"p": 3}, "p = 3.*0 to 2"),
    ("p_center", {"p": -1}, "p = -1"),
    ("max_cover", {"p": 0, "fixed": ["s1"]}, "p = 0.*1 to 2"),
    ("max_cover", {"new": 2, "fixed": ["s1"]}, "2 new sites.*0 to 1"),
    ("p_median", {"p": 1, "new": 0}, "contradict"),
    ("p_median", {}, "needs p="),
    ("set_cover", {"fixed": ["s1"], "forbidden": ["s1"]}, "Fixed and forbidden at once: 's1'"),
    ("set_cover", {"fixed": ["s2"], "closable": ["s2"]}, "Fixed and closable at once: 's2'"),
    ("set_cover", {"fixed": ["s3"]}, "fixed: unknown ids 's3'"),
    ("set_cover", {"forbidden": "s1"}, "forbidden: expected ids in a list"),
    ("set_cover", {"groups": [Group("north", ["s7"], 1)]}, "group north: unknown ids 's7'"),
    ("set_cover", {"groups": [Group("north", ["s1"], 1), Group("north", ["s2"], 1)]}, "'north', 'north'"),
    ("set_cover", {"groups": [Group("north", ["s1"], None, 2)]}, "group north.*least"),
    ("set_cover", {"groups": {"a": 2}}, "groups: expected a list of Group.*found {'a': 2}"),
    ("set_cover", {"groups": Group("a", ["s1"])}, "groups: expected a list of Group"),
    ("set_cover", {"groups": [("a", ["s1"])]}, "groups: expected a list of Group"),
    ("set_cover", {"groups": [Group("north", ["s1"], "1")]}, "group north: expected 0 ≤ least ≤ most"),
    ("set_cover", {"groups": [Group("north", "s1")]}, "group north: expected ids in a list"),
    ("set_cover", {"site_costs": {"s2": -1.0}}, "site_costs.*'s2'"),
    ("set_cover", {"budget": -1.0}, "budget"),
    ("set_cover", {"budget": np.nan}, "budget"),
    ("set_cover", {"budget": "much"}, "budget: expected a number"),
    ("set_cover", {"max_cost": -1.0}, "max_cost"),
    ("set_cover", {"max_cost": "far"}, "max_cost: expected a number"),
    ("max_cover", {"budget": 5.0}, "budget: 5 is given, and no site has a cost. Give site_costs=, too."),
    ("p_median", {"p": 1, "budget": 5.0}, "Give site_costs="),
    ("capacitated", {"p": 1, "budget": 5.0}, "Give site_costs=, too, or sizes or expansions that cost something"),
    ("capacitated", {"budget": 5.0, "sizes": {"s1": [A]}, "expansions": {"s2": Expansion(3, 0)}}, "Give site_costs="),
    ("p_median", {"p": 1, "weights": {"d1": "many"}}, "weights: expected a number for each id"),
    ("p_median", {"p": 1, "weights": {"d1", "d2"}}, "weights: expected a number for each id"),
    ("p_median", {"p": 1, "weights": [1.0, 2.0]}, r"weights: expected a number for each id .* found \(2,\)"),
    ("set_cover", {"fixed": 3}, "fixed: expected ids in a list, found 3"),
    ("max_cover", {"p": 1, "unserved_cost": 1.0}, "no use for unserved_cost"),
    ("p_center", {"p": 1, "unserved_cost": 1.0}, "no use for unserved_cost"),
    ("p_median", {"p": 1, "capacities": 1.0}, "no use for capacities"),
    ("set_cover", {"min_loads": 1.0, "sizes": {"s1": [A]}}, "no use for min_loads, sizes"),
    ("max_cover", {"p": 1, "expansions": {}, "splittable": True}, "no use for expansions, splittable"),
    ("capacitated", {"served_at": 1.0}, "no use for served_at"),
    ("capacitated", {"capacities": {"s1": -1.0}}, "capacities.*'s1'"),
    ("capacitated", {"capacities": 1.0, "min_loads": {"s2": 2.0}}, "'s2'"),
    ("capacitated", {"sizes": {"s1": []}}, "'s1'"),
    ("capacitated", {"sizes": {"s1": [A, B], "s2": [A, A]}}, "'s2'"),
    ("capacitated", {"sizes": {"s1": [Size("a", np.nan)]}}, "'s1'"),
    ("capacitated", {"sizes": [A, B]}, "sizes: expected, by site id, a list of Size"),
    ("capacitated", {"sizes": {"s1": A}}, "sizes: expected, by site id, a list of Size.*'s1'"),
    ("capacitated", {"sizes": {"s1": [A], "s2": [2.0]}}, "sizes: expected, by site id, a list of Size.*'s2'"),
    ("capacitated", {"sizes": {"s1": [Size("a", "big")]}}, "sizes: expected.*'s1'"),
    (
        "capacitated",
        {"expansions": 3.0},
        "expansions: expected, by site id, Expansion.*found 3.0",
    ),
    ("capacitated", {"expansions": {"s1": 5}}, "expansions: expected, by site id, Expansion.*'s1'"),
    ("capacitated", {"expansions": {"s9": Expansion(1.0, 1.0)}}, "'s9'"),
    ("capacitated", {"expansions": {"s1": Expansion(-1.0, 1.0)}}, "'s1'"),
]


@pytest.mark.parametrize(("model", "keywords", "message"), REFUSED)
def test_input_that_makes_no_sense_is_refused_with_the_ids(model, keywords, message):
    with pytest.raises(ProblemError, match=message):
        make_problem(model, TWO_BY_TWO, **keywords)


@pytest.mark.parametrize(
    ("costs", "message"),
    [
        (TWO_BY_TWO - 0.5, "'d1', site 's1'"),
        (TWO_BY_TWO.replace(1.0, -INF), "'d1', site 's2'"),
        (TWO_BY_TWO.set_axis(["d1", "d1"]), "Duplicate demand ids: 'd1'"),
        (TWO_BY_TWO.set_axis(["s2", "s2"], axis=1), "Duplicate site ids: 's2'"),
        (TWO_BY_TWO.iloc[:0], "no demand"),
        (TWO_BY_TWO.iloc[:, :0], "sites|0 to 0"),
        (np.zeros(3), "shape"),
        (Points([[0.0, np.nan]], [[0.0, 0.0]]), "demand_xy.*'0'"),
        (Points([[0.0, 0.0]], [[0.0, 0.0, 0.0]]), "site_xy.*shape"),
    ],
)
def test_costs_that_make_no_sense_are_refused_with_the_ids(costs, message):
    with pytest.raises(ProblemError, match=message):
        make_problem("p_median", costs, p=1)


@pytest.mark.parametrize(
    ("model", "keywords"),
    [
        ("set_cover", {}),
        ("max_cover", {"p": 1, "site_costs": 0.0}),
        ("capacitated", {"sizes": {"s1": [Size("a", 5.0, 3.0)]}}),
        ("capacitated", {"expansions": {"s1": Expansion(2, 4.0)}}),
    ],
)
def test_a_budget_is_good_where_something_has_a_cost(model, keywords):
    assert make_problem(model, TWO_BY_TWO, budget=5.0, **keywords).budget == 5


def test_points_without_a_cutoff_cover_nobody_in_particular():
    with pytest.raises(ProblemError, match="Points without cutoff_m"):
        make_problem("max_cover", Points([[0.0, 0.0]], [[0.0, 0.0]]), p=1)


def test_capacity_below_demand_is_explained_with_figures():
    solution = capacitated(TWO_BY_TWO, weights=3.0, capacities={"s1": 3.0, "s2": 1.0})
    assert solution.status is Status.INFEASIBLE
    assert solution.unserved_weight == pytest.approx(3)
    assert solution.conflict.rules == ("everyone is served", "capacities")
    assert "6" in solution.reason
    assert "3" in solution.reason
    assert "s2: 2" in solution.conflict.relaxations[1]


def test_demand_that_no_site_reaches_is_named_and_can_be_left_out():
    far = TWO_BY_TWO.replace(0.0, INF).assign(s2=INF)
    solution = p_median(far, p=1)
    assert (solution.status, solution.unserved) == (Status.INFEASIBLE, ("d1",))
    assert "'d1'" in solution.reason
    assert p_median(far, p=1, skip_unreachable=True).objective == 1
