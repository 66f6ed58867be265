"""What the page gets of years and seats: columns that unpack to the plan's own coverage, and no hidden count told."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from geoplan.demand import Balance
from geoplan.demand.seats.balance import BalanceRow
from geoplan.plan import PupilPlan
from geoplan.publish.mapfile import read_map
from geoplan.publish.payload import build_payload, packed
from geoplan.publish.payload_seats import seat_balance
from geoplan.publish.phases import coverage_in, phases_of
from geoplan.publish.places import group_places
from geoplan.types import Stage

spec = importlib.util.spec_from_file_location("years_tiny", Path(__file__).with_name("tiny.py"))
tiny = importlib.util.module_from_spec(spec)
spec.loader.exec_module(tiny)


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    return tiny.plan(tmp_path_factory.mktemp("years"), new=2, roads=True, years=(2027, 2030, 2035))


@pytest.fixture(scope="module")
def payload(plan):
    return build_payload(plan, read_map("consultation"))


def unpacked(column, phases):
    """A column of every phase, as the page makes it."""
    columns = {phases[0].id: column["before"]}
    for changes, before, phase in zip(column["changes"], phases, phases[1:], strict=False):
        columns[phase.id] = list(columns[before.id])
        for index, value in zip(changes[::2], changes[1::2], strict=True):
            columns[phase.id][index] = value
    return columns


def test_phases_are_today_the_years_and_the_finished_plan(plan, payload):
    assert [phase.id for phase in phases_of(plan)] == ["before", "2027", "2030", "after"]
    assert [(phase["zh"], phase["year"]) for phase in payload["phases"]] == [
        ("现状 2024", 2024), ("2027年", 2027), ("2030年", 2030), ("2035年", 2035),
    ]  # fmt: skip


def test_a_plan_without_years_names_no_phases(tmp_path):
    plan = tiny.plan(tmp_path)
    payload = build_payload(plan, read_map("consultation"))
    assert "phases" not in payload
    assert [phase.id for phase in phases_of(plan)] == ["before", "after"]
    assert set(payload["views"][0]["totals"]) == {"before", "after"}
    assert len(payload["views"][0]["service"]["added"]) == 1


def test_columns_unpack_to_the_coverage_of_each_phase(plan, payload):
    phases, places = phases_of(plan), group_places(plan.units)
    views = iter(payload["views"])
    for stage in plan.stages:
        for view, told in zip(stage.views, views, strict=False):
            covered, metres = unpacked(told["covered"], phases), unpacked(told["distance_m"], phases)
            nearest = unpacked(told["nearest"], phases)
            for phase in phases:
                coverage = coverage_in(stage, view, phase)
                school, distance = places.nearest(coverage)
                assert covered[phase.id] == places.share(coverage)
                assert metres[phase.id] == distance
                assert told["totals"][phase.id]["covered"] == round(coverage.total.covered)
                rows = [*payload["schools"]["id"], *(site.id for site in stage.proposal.sites)]
                named = [rows[row] for row in nearest[phase.id]]
                assert named == [coverage.supply.ids[each] for each in school]


def test_a_site_is_no_ones_nearest_school_before_it_opens(plan, payload):
    phases, schools = phases_of(plan), len(payload["schools"]["id"])
    for view in payload["views"]:
        sites = payload["proposals"][view["stage"]]["sites"]
        for at, column in enumerate(unpacked(view["nearest"], phases).values()):
            for row in set(column):
                assert row < schools or sites[row - schools]["phase"] <= at


def test_gaps_say_who_is_left_in_each_phase_and_which_site_closes_them_when(plan, payload):
    told = payload["views"][0]["gaps"]
    view = plan.stages[0].views[0]
    people = view.before.demand.people
    for gap, row in zip(view.gaps, told, strict=True):
        left = [people[gap.points[~each.covered[gap.points]]].sum() for each in view.steps]
        assert row.get("left", [row["people"]] * 3) == [round(each) for each in left]
        if left[-1] == 0:
            assert row["closed_in"] == 1 + int(np.argmin(np.array(left) > 0))
        else:
            assert "closed_by" not in row
    changed = [row for row in told if "left" in row]
    assert changed, "the plan reaches into gaps"


def test_without_years_a_gap_closes_in_the_only_step(tmp_path):
    payload = build_payload(tiny.plan(tmp_path, new=3), read_map("consultation"))
    closed = [gap for view in payload["views"] for gap in view["gaps"] if "closed_by" in gap]
    assert all(gap["closed_in"] == 1 and gap["left"] == [0] for gap in closed)


def test_a_packed_column_holds_each_value_once():
    assert packed(["a", "b", "a", "a"]) == {"values": ["a", "b"], "at": [0, 1, 0, 0]}
    assert packed([["x"], ["x", "y"], ["x"]]) == {"values": [["x"], ["x", "y"]], "at": [0, 1, 0]}
    assert packed([]) == {"values": [], "at": []}


def row(place, pupils, seats, year=2030):
    gap = max(pupils - seats, 0)
    return BalanceRow(
        place=place, name=place, stage=Stage.PRIMARY, year=year, pupils=pupils, seats_listed=seats, seats_lost=0,
        seats=seats, seats_boarding=0, seats_private=0, seats_planned=0, gap=gap, surplus=max(seats - pupils, 0),
        borrowed=0, closes=None, schools=1,
    )  # fmt: skip


def pupil_plan(*rows):
    balance = Balance(rows, {Stage.PRIMARY: 45})
    return PupilPlan((), (), None, None, balance, (2030,), (), ())


def test_seats_stand_in_the_order_of_districts_with_the_whole_behind(plan):
    told = seat_balance(plan, pupil_plan(row("", 1_700, 1_500), row("D2", 700, 900), row("D1", 1_000, 600)), ())
    assert told["years"] == [2030]
    columns = told["stages"]["primary"]["2030"]
    assert columns["pupils"] == [1_000, 700, 1_700]
    assert columns["short"] == [400, 0, 200]
    assert columns["spare"] == [0, 200, 0]


def test_hidden_pupils_hide_what_is_short_and_never_stand_alone(plan):
    told = seat_balance(plan, pupil_plan(row("", 207, 90), row("D1", 7, 0), row("D2", 200, 90)), ())
    columns = told["stages"]["primary"]["2030"]
    # the other district is hidden, too: 207 less 200 would tell
    assert columns["pupils"] == ["<10", "≥10", 207]
    assert columns["short"][:2] == [None, None]
    assert columns["spare"][:2] == [None, None]


def test_a_district_that_the_balance_does_not_know_has_no_figures(plan):
    columns = seat_balance(plan, pupil_plan(row("", 700, 900), row("D2", 700, 900)), ())["stages"]["primary"]["2030"]
    assert columns["pupils"] == [None, 700, 700]
    assert columns["seats"] == [None, 900, 900]


def test_without_tables_there_are_no_seats(plan):
    assert seat_balance(plan, None, ()) is None
    assert "balance" not in build_payload(plan, read_map("consultation"))


def test_years_of_the_plan_are_balanced_where_the_forecast_has_them(plan):
    told = seat_balance(plan, pupil_plan(row("", 9_000, 1), row("", 8_000, 1, year=2027)), phases_of(plan))
    assert told["years"] == [2027, 2030]
