"""Limits of a solve: time, gap, seed, Ctrl-C, and whom it tells."""

from __future__ import annotations

import signal
import threading
import time

import numpy as np
import pandas as pd
import pytest

from geoplan.errors import GeoplanError
from geoplan.locate.solution import Status
from geoplan.zones import adjacency_from_pairs, draw, draw_zones, make_zone_problem, models, verify
from geoplan.zones.core import Drawn


@pytest.fixture
def city():
    """400 blocks with 12 schools and scarce seats."""
    rng, wide, schools = np.random.default_rng(5), 20, 12
    ids = [f"u{number}" for number in range(wide * wide)]
    xy = np.array([(number % wide, number // wide) for number in range(len(ids))], dtype=float)
    at = rng.choice(len(ids), schools, replace=False)
    pupils = rng.integers(5, 60, len(ids)).astype(float)
    pairs = [(ids[row], ids[row + 1]) for row in range(len(ids)) if row % wide < wide - 1]
    pairs += [(ids[row], ids[row + wide]) for row in range(len(ids) - wide)]
    return make_zone_problem(
        pd.DataFrame(np.hypot(*(xy[:, None] - xy[at][None]).transpose(2, 0, 1)), index=ids),
        pupils=pd.Series(pupils, index=ids), seats=float(np.ceil(pupils.sum() / schools * 1.15)),
        adjacency=adjacency_from_pairs(pairs, unit_ids=ids),
        school_unit={str(number): ids[row] for number, row in enumerate(at)}, cost_unit="blocks",
    )  # fmt: skip


def test_the_limit_is_kept_and_the_gap_is_stated(city):
    began, told = time.perf_counter(), []
    plan = draw(city, time_limit_s=6.0, progress=told.append)
    assert time.perf_counter() - began < 12.0
    assert plan.status in {Status.OPTIMAL, Status.FEASIBLE}
    assert plan.bound <= plan.objective
    assert plan.gap < 0.2
    assert verify(city, plan) == []
    assert told


def test_ctrl_c_returns_the_best_plan_until_then(city):
    timer = threading.Timer(3.0, lambda: signal.raise_signal(signal.SIGINT))
    before = signal.getsignal(signal.SIGINT)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        timer.start()
        began = time.perf_counter()
        plan = draw(city, time_limit_s=60.0)
    finally:
        timer.cancel()
        signal.signal(signal.SIGINT, before)
    if plan.interrupted:
        assert time.perf_counter() - began < 12.0
        assert "Ctrl-C" in plan.explain() or plan.reason
    assert verify(city, plan) == []


def test_a_gap_is_enough(city):
    plan = draw(city, time_limit_s=30.0, gap=0.05)
    assert plan.gap <= 0.05
    assert plan.seconds < 30.0


def test_an_answer_that_does_not_hold_is_never_returned(estates, monkeypatch):
    costs, words = estates
    wrong = Drawn(np.array([0, 1, 0, 1, 1, 1]), -np.inf, proved=False)
    monkeypatch.setattr(models, "solve_zones", lambda core, **words: wrong)
    with pytest.raises(GeoplanError, match=r"rejected its own answer.*not contiguous"):
        draw_zones(costs, **words)


def test_no_plan_in_time_says_so(estates, monkeypatch):
    costs, words = estates
    monkeypatch.setattr(models, "solve_zones", lambda core, **words: Drawn(None, -np.inf, proved=False))
    plan = draw_zones(costs, **words)
    assert plan.status is Status.TIME_LIMIT
    assert "No plan was found in 0 s; there may be one" in plan.explain()
    assert plan.as_dict()["objective"] is None


def test_seats_given_as_a_huge_number_do_not_loosen_the_least_enrolment(estates):
    costs, words = estates
    plan = draw_zones(costs, **{**words, "seats": 1e9, "min_enrolment": {"A": 301}})
    assert plan.status is Status.OPTIMAL
    assert plan.zone("A").load >= 301


def test_a_plan_that_costs_nothing_is_proved_at_once(estates):
    costs, words = estates
    today = dict.fromkeys(costs.index[:2], "A") | dict.fromkeys(costs.index[2:], "B")
    plan = draw_zones(costs * 0.0, **words, current=today, move_price=1.0, time_limit_s=30.0)
    assert plan.status is Status.OPTIMAL
    assert (plan.objective, plan.moved_pupils) == (0.0, 0.0)
    assert plan.seconds < 20
