from dataclasses import replace

import numpy as np
import pytest

from geoplan.locate import Expansion, Size, Status, capacitated, p_median, verify

COSTS = np.array([[1.0, 2.0], [2.0, 1.0]])


def seats():
    return capacitated(COSTS, p=2, capacities=10, expansions={"0": Expansion(5, 3.0)})


def sized():
    sizes = {each: [Size("big", 10, 100.0)] for each in "01"}
    return capacitated(COSTS, p=1, sizes=sizes, expansions={each: Expansion(10, 0.0) for each in "01"})


@pytest.mark.parametrize(
    ("plan", "change", "fault"),
    [
        (seats, {"seats_added": {"0": -1.0}}, "seats are taken away"),
        (seats, {"bound": float("nan"), "status": Status.FEASIBLE}, "wrong side"),
        (seats, {"assignment": {"zz": "0"}}, "unknown demand"),
        (seats, {"loads": {"0": 99.0}}, "loads"),
        (seats, {"shares": {"0": {"0": 0.5, "1": 0.5}, "1": {"1": 1.0}}}, "shared that must stay whole"),
        (sized, {"sizes": {}}, "none of its sizes"),
        (lambda: p_median(COSTS, p=1), {"bound": 0.0, "gap": 0.0, "status": Status.FEASIBLE}, "gap is not that"),
        (lambda: p_median(COSTS, p=1), {"new_sites": ()}, "list of new sites"),
        (lambda: p_median(COSTS, p=1), {"assignment": {"0": "1", "1": "1"}}, "cheapest open site"),
        (lambda: p_median(COSTS, p=1), {"sites": ("0", "1")}, "2 open sites instead of 1"),
        (lambda: p_median(COSTS, p=1), {"objective": 1.0}, "the objective is"),
    ],
)
def test_a_plan_that_was_tampered_with_is_found_out(plan, change, fault):
    solution = plan()
    assert verify(solution.problem, solution) == []
    assert any(fault in each for each in verify(solution.problem, replace(solution, **change)))
