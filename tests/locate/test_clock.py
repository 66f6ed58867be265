import os
import signal
import threading
import time

import numpy as np
import pytest

from geoplan.locate import Status, make_problem, p_median
from geoplan.locate.answer import no_plan
from geoplan.locate.clock import start_clock, stopped_by_ctrl_c
from geoplan.locate.highs import milp_from_entries, minimise


@pytest.fixture(autouse=True)
def usual_ctrl_c():
    """Ctrl-C as in a terminal: a shell's background job ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def hard_knapsacks(columns=200, rows=20):
    """A program that HiGHS does not prove within minutes."""
    rng = np.random.default_rng(0)
    size = rng.integers(1, 1000, (rows, columns)).astype(float)
    row, column = np.nonzero(size)
    return milp_from_entries(
        -rng.integers(1, 1000, columns).astype(float), np.ones(columns), np.ones(columns, dtype=bool),
        (row, column, size[row, column]), np.full(rows, -np.inf), size.sum(axis=1) / 2,
    )  # fmt: skip


def test_a_time_limit_returns_the_best_plan_with_its_bound():
    clock = start_clock(1.0)
    answer = minimise(hard_knapsacks(), clock=clock)
    assert clock.seconds < 4.0
    assert not answer.proved
    assert answer.bound <= hard_knapsacks().cost @ answer.x


def test_ctrl_c_returns_the_best_plan_and_python_goes_on():
    clock = start_clock(60.0)
    threading.Timer(0.7, os.kill, (os.getpid(), signal.SIGINT)).start()
    with stopped_by_ctrl_c(clock):
        answer = minimise(hard_knapsacks(), clock=clock)
    assert clock.stopped
    assert clock.seconds < 6.0
    assert answer.x is not None
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def press_ctrl_c_twice():
    for _ in range(2):
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.05)


def test_the_second_ctrl_c_is_the_usual_one():
    with stopped_by_ctrl_c(start_clock(60.0)), pytest.raises(KeyboardInterrupt):
        press_ctrl_c_twice()


def test_a_clock_within_a_clock_ends_no_later_and_stops_with_it():
    clock = start_clock(0.2)
    inner = clock.within(10.0)
    assert inner.ends == clock.ends
    clock.stop()
    assert inner.over
    assert inner.left_s == 0.0


def test_an_expired_clock_asks_nothing():
    answer = minimise(hard_knapsacks(), clock=start_clock(0.0))
    assert (answer.x, answer.bound, answer.proved) == (None, -np.inf, False)


def test_whoever_listens_is_told():
    heard = []
    start_clock(1.0, heard.append).tell("search", 5.0, 4.0)
    assert (heard[0].phase, heard[0].objective, heard[0].bound) == ("search", 5.0, 4.0)


def test_a_solver_that_was_left_behind_bars_no_other(monkeypatch):
    monkeypatch.setattr("geoplan.locate.highs.GRACE_S", 0.0)
    left = minimise(hard_knapsacks(), clock=start_clock(0.5))
    assert not left.proved
    assert minimise(hard_knapsacks(columns=8, rows=2), clock=start_clock(30.0)).proved


def test_what_is_not_known_yet_is_told_as_none():
    told = []
    start_clock(1.0, told.append).tell("looking", np.inf, -np.inf)
    assert [(each.phase, each.objective, each.bound) for each in told] == [("looking", None, None)]


def test_no_progress_is_infinite():
    told = []
    p_median(np.random.default_rng(0).random((60, 20)), p=4, progress=told.append)
    assert all(np.isfinite(each) for progress in told for each in (progress.objective or 0, progress.bound or 0))


def test_ctrl_c_before_the_first_plan_is_the_reason():
    clock = start_clock(60.0)
    clock.stop()
    found = no_plan(make_problem("p_median", np.zeros((1, 1)), p=1), clock, None)
    assert found.status is Status.TIME_LIMIT
    assert found.reason.startswith("Stopped by Ctrl-C after 0 s, before a plan was found")
