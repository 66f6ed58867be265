from types import SimpleNamespace

import numpy as np
import pytest

from geoplan.demand.forecasting.forecast import Forecast, Method, Scenario
from geoplan.demand.seats.balance import Balance, BalanceRow
from geoplan.ledger import build_ledger
from geoplan.ledger.indicators.seats import _enrolled
from geoplan.rules import State
from geoplan.types import Stage

COUNTIES = [{"id": "a", "name": "甲县"}, {"id": "b", "name": "乙县"}]
NAMES = {"": "", "a": "甲县", "b": "乙县"}


def a_row(place, stage, year, pupils, seats, closes=None):
    gap, surplus = max(pupils - seats, 0), max(seats - pupils, 0)
    return BalanceRow(place, NAMES[place], Stage(stage), year, pupils, seats, 0, seats, 0, 0, 0, gap, surplus, 0,
                      closes, 1)  # fmt: skip


def a_balance(*rows):
    return Balance(tuple(rows), {})


@pytest.fixture(scope="session")
def forecast():
    """Two years of primary pupils in two counties."""
    pupils = {Stage.PRIMARY: np.array([[900.0, 800.0], [400.0, 600.0]])}
    return Forecast(
        Method.COHORT, Scenario.MIDDLE, ("a", "b"), ("甲县", "乙县"), np.array([2026, 2027]), pupils, None, ()
    )


def test_the_gap_of_a_stage_is_not_filled_by_another_stage(world, clause, read):
    balance = a_balance(a_row("", "primary", 2026, 1000, 900, 2029), a_row("", "junior", 2026, 500, 800))
    rule = clause("seat_balance", level="compulsory", operator=">=", low=0, unit="座", year=2025)
    found = read(world(balance=balance), rule)["", ""]
    assert (found.value, found.state, found.short) == (-100.0, State.NOT_MET, 100.0)
    assert found.zh == (
        "2026 年：小学学生 1,000、公办学位 900，缺 100 个，2029 年自行补平；初中学生 500、公办学位 800，余 300 个"
    )


def test_enough_seats_in_every_stage_meet_the_clause(world, clause, read):
    balance = a_balance(a_row("", "primary", 2026, 900, 900), a_row("", "junior", 2026, 500, 800))
    found = read(world(balance=balance), clause("seat_balance", level="compulsory", operator=">=", low=0))["", ""]
    assert (found.value, found.state) == (300.0, State.MET)


def test_the_year_is_the_clauses_or_once_past_the_ledgers(world, clause, read):
    balance = a_balance(*(a_row("", "primary", year, year, 0) for year in (2020, 2026, 2030)))
    here = world(balance=balance)
    value = {
        year: -read(here, clause("seat_balance", level="primary", year=year))["", ""].value
        for year in (2025, 2029, 2030)
    }
    assert value == {2025: 2026, 2029: 2030, 2030: 2030}
    assert read(here, clause("seat_balance", level="primary"))["", ""].value == -2026


def test_the_whole_names_the_counties_that_are_short(world, clause, read):
    balance = a_balance(
        a_row("", "senior", 2026, 900, 1000), a_row("a", "senior", 2026, 500, 300), a_row("b", "senior", 2026, 400, 700)
    )
    here = world(balance=balance, districts=COUNTIES)
    found = read(here, clause("seat_balance", level="senior", operator=">=", low=0))
    assert (found["", ""].value, found["", ""].state, found["", ""].rows) == (100.0, State.MET, ("a",))
    assert found["", ""].zh.endswith("其中缺学位的县：甲县")
    assert found["a", ""].state is State.NOT_MET


def test_every_county_has_to_seat_its_own(world, clause):
    balance = a_balance(
        a_row("", "senior", 2026, 900, 1000), a_row("a", "senior", 2026, 500, 300), a_row("b", "senior", 2026, 400, 700)
    )
    rule = clause("seats_within_county", level="senior", scope="county", by_place=True)
    found = build_ledger(world(rule, balance=balance, districts=COUNTIES)).entries
    assert [(entry.place, entry.state) for entry in found] == [
        ("", State.NOT_MET), ("a", State.NOT_MET), ("b", State.MET),
    ]  # fmt: skip
    assert found[0].short == 200.0


def test_the_layout_is_shown_without_a_verdict(world, clause):
    balance = a_balance(a_row("", "senior", 2026, 900, 100))
    (entry,) = build_ledger(world(clause("layout_optimisation", level="senior"), balance=balance)).entries
    assert entry.state is State.SHOWN


def test_a_forecast_meets_the_clause_that_asks_for_one(world, clause, forecast):
    (entry,) = build_ledger(world(clause("school_age_forecast", level="compulsory"), forecast=forecast)).entries
    assert entry.state is State.MET
    assert entry.zh == "已作 2026-2027 年预测（队列要素法，中方案）；小学峰值 2027 年 1,400 人"


def test_without_forecast_or_balance_the_tables_that_would_serve_are_named(world, clause):
    for name in ("school_age_forecast", "seat_balance", "early_warning"):
        (entry,) = build_ledger(world(clause(name, level="compulsory"))).entries
        assert entry.state is State.NO_DATA
        assert len(entry.needs) >= 2


def test_warnings_name_each_stage_and_year_that_will_be_short(world, clause, read):
    balance = a_balance(
        a_row("", "primary", 2025, 100, 0), a_row("", "primary", 2027, 100, 90), a_row("", "junior", 2029, 50, 40),
        a_row("", "junior", 2030, 40, 40),
    )  # fmt: skip
    found = read(world(balance=balance), clause("early_warning", level="all"))["", ""]
    assert (found.value, found.state) == (2.0, State.SHOWN)
    assert found.zh == "2027 年小学缺 10 个；2029 年初中缺 10 个"


def test_demand_is_counted_from_residents_and_not_from_pupils(world, clause):
    people = [{"id": "v1", "x": 0.0, "people": 1200}, {"id": "v2", "x": 9.0, "people": 300}]
    (entry,) = build_ledger(world(clause("demand_base"), population=people)).entries
    # no layer can show that it does: the warning stands, and no verdict
    assert (entry.value, entry.state) == (1500.0, State.SHOWN)
    assert "户籍" in entry.zh
    (entry,) = build_ledger(world(clause("demand_base"), population=people, counts="pupils")).entries
    assert entry.state is State.NO_DATA


def test_seats_of_a_balance_are_whole_and_add_up_to_the_value(world, clause, read):
    rows = [a_row("", "primary", 2026, 1000.4, 900), a_row("", "junior", 2026, 600.4, 500)]
    found = read(world(balance=a_balance(*rows)), clause("seat_balance", level="compulsory"))["", ""]
    assert (found.value, found.short) == (-200, 200)
    assert "缺 100 个；初中" in found.zh


def test_less_than_half_a_seat_is_not_short(world, clause, read):
    balance = a_balance(a_row("", "primary", 2026, 900.3, 900), a_row("", "junior", 2026, 500.5, 500))
    here = world(balance=balance)
    assert read(here, clause("seat_balance", level="primary"))["", ""].state is State.MET
    assert read(here, clause("seat_balance", level="junior"))["", ""].state is State.NOT_MET
    assert read(here, clause("early_warning", level="primary"))["", ""].value == 0.0


def test_a_clause_on_town_alone_is_not_judged_by_town_and_country_together(world, clause, read):
    balance = a_balance(a_row("", "primary", 2026, 1000, 900))
    found = read(world(balance=balance), clause("seat_balance", level="primary", scope="urban"))["", ""]
    assert (found.value, found.state, found.short) == (-100.0, State.SHOWN, None)
    assert found.zh.endswith("学位与学生未分城乡，条文只及城镇，不作判定")


def test_the_enrolment_that_pupils_rest_on_is_said_with_the_seats():
    told = (
        ("幼儿园入学率：2025 年 93%，其间按直线内插", "Enrolment of kindergarten: 93 % in 2025"),
        ("不计迁移", "none"),
    )
    world = SimpleNamespace(forecast=lambda: SimpleNamespace(assumptions=told))
    assert _enrolled(world, (Stage.KINDERGARTEN,))[0] == "；幼儿园入学率：2025 年 93%，其间按直线内插"
    assert _enrolled(world, (Stage.PRIMARY,)) == ("", "")
