"""Zones with every option equal brute force on random small problems.

`ZONES_CASES=2000 pytest tests/zones/test_against_brute_force.py` tries that many; by default a hundred, the same ones
on every run. The oracle (oracle.py) shares no code with geoplan.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path

import pytest

from geoplan.errors import ProblemError
from geoplan.locate.solution import Status
from geoplan.zones import draw, make_zone_problem, verify


def _sibling(name):
    """A module beside this one (importlib mode has no packages to import it from)."""
    spec = importlib.util.spec_from_file_location(f"geoplan_zones_{name}", Path(__file__).with_name(f"{name}.py"))
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


oracle = _sibling("oracle")
random_cases = _sibling("random_cases")

CASES = int(os.environ.get("ZONES_CASES", "100"))
FIRST = int(os.environ.get("ZONES_FIRST", "0"))
PORTION = 20


def same(one, other):
    return abs(one - other) <= 1e-7 * max(1.0, abs(other))


def problem_of(case):
    """The problem, or None where the door refuses it."""
    keywords = random_cases.keywords_of(case)
    try:
        return make_zone_problem(keywords.pop("costs"), **keywords)
    except ProblemError:
        return None


@pytest.mark.parametrize("first", range(FIRST, FIRST + CASES, PORTION))
def test_zones_equal_brute_force_with_every_option(first):
    for seed in range(first, first + PORTION):
        case = random_cases.random_case(seed, oracle.Case)
        expected, problem = oracle.best(case), problem_of(case)
        if problem is None:
            assert expected is None, f"case {seed} is refused, and has a plan of {expected}"
            continue
        plan = draw(problem, time_limit_s=30.0)
        assert verify(problem, plan) == [], f"case {seed}"
        if expected is None:
            assert plan.status is Status.INFEASIBLE, f"case {seed}: {plan.explain()}"
            assert plan.reason
            continue
        assert plan.status is Status.OPTIMAL, f"case {seed}: {plan.explain()}, expected {expected}"
        assert same(plan.objective, expected), f"case {seed}: {plan.objective}, expected {expected}"
