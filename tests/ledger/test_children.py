"""What publishing hides is handed over: every small count of children stands in the reading's `children`."""

import re
from dataclasses import replace

import numpy as np
import pytest
import shapely

from geoplan.demand.forecasting.forecast import Forecast, Method, Scenario
from geoplan.demand.seats.balance import Balance, BalanceRow
from geoplan.ledger import NoDataError, build_ledger
from geoplan.ledger.indicators import INDICATORS
from geoplan.rules import Kind, RuleBook, load_profile, open_rule_book
from geoplan.rules.profile import Profile
from geoplan.types import Stage

CLAUSES = [
    clause for name in ("xingtai", "anyang", "zhengzhou", "jiaozuo") for clause in load_profile(name).clauses
    if clause.indicator and clause.kind in {Kind.RULE, Kind.BASELINE}
]  # fmt: skip
SMALL = r"(?<![\d,.])([1-9](?:\.\d+)?)(?![\d,.]| *[所%座处张个年])"
COUNTS = re.compile(
    r"(?:在校|在园|学生|寄宿生|床位|留守儿童|适龄|年级|合计|公办|民办|普惠民办）|峰值 \d+ 年|最大|缺|共缺|所、)"
    rf" ?{SMALL}"
    rf"|{SMALL} ?人(?!及以上|的|）)"
)


def _school(identifier, stages, **given):
    plain = {
        "id": identifier, "name": f"学校{identifier}", "stages": stages, "x": 0.0, "ownership": "public", "capacity": 5,
        "inclusive": False, "enrolment": 4, "classes": 1, "oversized_classes": 0, "boarders": 3, "boarding_beds": 2,
        "left_behind_pupils": 3, "site_area_m2": 900, "area": "rural", "licensed": True, "branch": "ordinary",
        "year_open": 2022, "included_pupils": 6, "resource_room": False, "grade": "省级示范", "central": True,
        "township": "东乡", "level": "县级", "kind": "", "district": "甲县", "floor_area_m2": 90,
    }  # fmt: skip
    return plain | given


def _balance():
    rows = [
        BalanceRow(place, name, stage, 2026, 8.0, 5.0, 0.0, 5.0, 0.0, 0.0, 0.0, 3.0, 0.0, 0.0, None, 1)
        for stage in Stage for place, name in (("", ""), ("a", "甲县"))
    ]  # fmt: skip
    return Balance(tuple(rows), {})


@pytest.fixture(scope="module")
def tiny(world):
    """A county of schools of four pupils, whose population layer counts pupils, too."""
    pupils = {stage: np.full((1, 1), 7.0) for stage in Stage}
    given = {
        "schools": [_school(f"{stage}{area}", stage, area=area, x=10.0 * at)
                    for stage in "kpjs" for at, area in enumerate(("rural", "urban"))]
        + [_school("kp", "k", ownership="private", inclusive=True, enrolment=3, central=False),
           _school("v1", "", branch="vocational"), _school("e1", "kpjs", branch="special", resource_centre=True)],
        "population": [{"id": f"v{at}", "people": 6, "area": area, "x": 9000.0 * at, "district": "甲县"}
                       for at, area in enumerate(("rural", "urban"))],
        "districts": [{"id": "a", "name": "甲县", "people": 300_000, "geometry": shapely.box(-99, -99, 99, 99)}],
        "enrolment": [{"year": year, "stages": stage, "grade": grade, "district": "甲县", "pupils": 5}
                      for year in (2016, 2017, 2024, 2025) for stage in "kpjs" for grade in "123"],
        "ages": [{"year": 2025, "district": "甲县", **{f"age_{age}": 2 for age in range(18)}}],
        "estates": [{"id": "e", "name": "小区", "people": 900, "unit": "一单元", "pupils_primary": 6,
                     "pupils_junior": 3, "x": 0.0}],
        "projects": [{"id": "x", "name": "新校", "stages": "s", "action": "new", "status": "started",
                      "enrolment": 8}],
        "zones": [{"id": "z", "school": "prural", "stages": "p", "geometry": shapely.box(-1, -1, 1, 1)}],
        "parcels": [{"id": "l", "status": "reserved", "area_m2": 100.0, "geometry": shapely.box(0, 0, 9, 9)}],
    }  # fmt: skip
    forecast = Forecast(Method.COHORT, Scenario.MIDDLE, ("a",), ("甲县",), np.array([2026]), pupils, None, ())
    return lambda counts: world(forecast=forecast, balance=_balance(), counts=counts, **given)


@pytest.mark.parametrize("counts", ["people", "pupils"])
@pytest.mark.parametrize("name", INDICATORS)
def test_every_small_count_of_children_in_a_sentence_is_handed_over(tiny, name, counts):
    here = tiny(counts)
    for clause in (each for each in CLAUSES if each.indicator == name):
        try:
            readings = list(INDICATORS[name].read(replace(here, book=_book(clause)), clause))
        except NoDataError:
            continue
        for reading in readings:
            told = {match[1] or match[2] for match in COUNTS.finditer(reading.zh)}
            if counts == "people":
                # people of a population layer are no children
                told -= {match[1] for match in re.finditer(r"(\d+)人", reading.zh)}
            handed = {f"{round(count, at):g}" for count in reading.children for at in (0, 1)}
            assert {f"{float(each):g}" for each in told} <= handed, (clause.id, reading.zh, reading.children)


def _book(clause):
    return open_rule_book(clause.profile)


def test_an_entry_carries_the_counts_on(tiny, clause):
    here = tiny("people")
    rule = clause("boarding_share", level="junior", scope="rural", operator=">=", low=90, by_place=True)
    ledger = build_ledger(replace(here, book=RuleBook(Profile("t", "t", "t", (), (), clauses=(rule,)), ())))
    assert [entry.children for entry in ledger.entries] == [(2.0, 4.0, 2.0)] * 2
