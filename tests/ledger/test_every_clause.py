"""Every clause of every profile: named right, answered on nothing, and computed on a town that has everything."""

import csv
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import shapely

from geoplan.demand.forecasting.forecast import Forecast, Method, Scenario
from geoplan.demand.seats.balance import Balance, BalanceRow
from geoplan.ledger import build_ledger
from geoplan.ledger.indicators import INDICATORS
from geoplan.ledger.needs import needs_words
from geoplan.rules import Kind, State, load_profile
from geoplan.types import Stage

PLANS = ("xingtai", "anyang", "zhengzhou", "jiaozuo")
CLAUSES = [clause for name in PLANS for clause in load_profile(name).clauses]
RULES = [clause for clause in CLAUSES if clause.kind is Kind.RULE]
REGISTER = Path(__file__).parents[3] / "shared" / "domain" / "rules.csv"
EVERY = pytest.mark.parametrize("rule", RULES, ids=[rule.id for rule in RULES])
YEARS = (2026, 2030, 2035)


def test_there_are_161_rules():
    assert Counter(rule.profile for rule in RULES) == {"xingtai": 61, "anyang": 29, "zhengzhou": 35, "jiaozuo": 36}


def test_the_rules_are_the_checkable_rows_of_the_register():
    if not REGISTER.is_file():
        pytest.skip("../shared/domain/rules.csv is not beside this checkout")
    with REGISTER.open(encoding="utf-8-sig", newline="") as stream:
        rows = [row["id"] for row in csv.DictReader(stream) if row["checkable"] in {"layers", "both", "table"}]
    assert len(rows) == 161
    assert set(rows) == {rule.id for rule in RULES}


@EVERY
def test_a_rule_names_an_indicator_and_only_options_that_it_knows(rule):
    indicator = INDICATORS[rule.indicator]
    assert set(rule.options) <= set(indicator.options)


def test_a_clause_that_is_no_rule_names_a_known_indicator_or_none():
    names = {clause.indicator for clause in CLAUSES if clause.kind is not Kind.RULE}
    assert names - {""} <= set(INDICATORS)


@pytest.mark.parametrize("name", INDICATORS)
def test_an_indicator_names_what_it_needs_in_columns_that_the_layer_files_have(name):
    indicator = INDICATORS[name]
    assert indicator.name == name
    assert indicator.zh
    assert indicator.en
    assert indicator.needs
    zh, en = needs_words(indicator.needs)
    for need in indicator.needs:
        assert need.role in en
        assert need.columns
    # a column that no layer file knows would stand there by its English name
    words = zh.partition("需要 ")[2]
    for need in indicator.needs:
        words = words.replace(f"（{need.role}）", "")
    columns = {column.partition("=")[0] for need in indicator.needs for column in need.columns}
    assert not [column for column in columns if column in words.split("：", 1)[-1]]


@pytest.fixture(scope="module")
def nothing(world):
    """The entries of every plan on a project without a single layer, by clause id."""
    return {entry.clause.id: entry for name in PLANS for entry in build_ledger(world(book=name)).entries}


@EVERY
def test_on_nothing_a_rule_says_which_layer_and_columns_it_needs(nothing, rule):
    entry = nothing[rule.id]
    assert entry.state is State.NO_DATA
    assert entry.needs
    assert all(need.role and need.columns for need in entry.needs)
    assert "缺数据：需要" in entry.zh
    assert "no data: needs" in entry.en


def test_on_nothing_every_clause_has_an_entry(nothing):
    assert set(nothing) == {clause.id for clause in CLAUSES}


BOX = shapely.box


def _balance():
    rows = [
        BalanceRow(place, name, stage, year, 900.0, 1000.0, 0.0, 1000.0, 0.0, 0.0, 0.0, 0.0, 100.0, 0.0, None, 3)
        for stage in Stage for year in YEARS for place, name in (("", ""), ("a", "甲县"), ("b", "乙新区"))
    ]  # fmt: skip
    return Balance(tuple(rows), {})


def _forecast():
    pupils = {stage: np.full((2, 3), 450.0) for stage in Stage}
    return Forecast(Method.COHORT, Scenario.MIDDLE, ("a", "b"), ("甲县", "乙新区"), np.array(YEARS), pupils, None, ())


def _school(identifier, stages, x, **given):
    plain = {
        "id": identifier, "name": f"学校{identifier}", "stages": stages, "x": x, "ownership": "public",
        "inclusive": False, "enrolment": 900, "classes": 20, "oversized_classes": 0, "largest_class": 44,
        "capacity": 1000, "boarders": 500, "boarding_beds": 600, "left_behind_pupils": 50, "site_area_m2": 20_000,
        "floor_area_m2": 8_000, "sports_area_m2": 7_000, "grade": "省级示范", "level": "县级", "central": False,
        "group": "集团", "parent": "", "resource_room": True, "resource_centre": False, "included_pupils": 6,
        "year_open": 2022, "township": "东乡", "area": "rural" if x < 5000 else "urban", "licensed": True,
        "branch": "ordinary", "kind": "",
    }  # fmt: skip
    return plain | given


def _town():
    schools = [
        _school(f"{stage}{side}{at}", stage, x + 300 * at, central=stage == "k" and not at)
        for stage in ("k", "p", "j", "s") for side, x in (("a", 2000), ("b", 7000)) for at in range(3)
    ]  # fmt: skip
    schools += [
        _school("t1", "p", 1000, kind="教学点", parent="pa0", enrolment=12, classes=1),
        _school("n1", "pj", 7500, primary_enrolment=450, junior_enrolment=450, primary_classes=10, junior_classes=10),
        _school("k9", "k", 2500, ownership="private", inclusive=True, level="村"),
        _school("e1", "kpjs", 2000, branch="special", resource_centre=True),
        _school("e2", "kpjs", 7000, branch="special", resource_centre=True),
        _school("v1", "", 2000, branch="vocational"),
        _school("v2", "", 7000, branch="vocational"),
    ]
    people = [
        {"id": f"v{at}", "name": f"村{at}", "x": 250.0 + 500 * at, "people": 2000, "township": "东乡",
         "area": "rural" if at < 10 else "urban", "pupils_primary": 100}
        for at in range(20)
    ]  # fmt: skip
    told = [
        {"indicator": name, "year": year, "value": 98.0} | more
        for year in (2015, 2017, 2018, 2019, 2020, 2022, 2025)
        for name, more in (
            ("gross_enrolment_rate", {"stages": "k"}), ("gross_enrolment_rate", {"stages": "s"}),
            ("retention_rate", {"level": "compulsory"}), ("stage_retention_rate", {"stages": "pj"}),
            ("disabled_enrolment_rate", {}), ("migrant_enrolment_rate", {}),
            ("enrolment", {"level": "vocational"}), ("school_count", {"level": "all"}),
        )
    ]  # fmt: skip
    told += [
        {"indicator": name, "year": 2017, "value": 1, "district": "甲县"}
        for name in ("accredited_county", "basic_balanced_county", "quality_balanced_county")
    ]
    return {
        "schools": schools,
        "population": people,
        "districts": [
            {"id": "a", "name": "甲县", "area": "rural", "people": 20_000, "geometry": BOX(0, -3000, 5000, 3000)},
            {"id": "b", "name": "乙新区", "area": "urban", "people": 20_000, "geometry": BOX(5000, -3000, 9999, 3000)},
        ],
        "statistics": told,
        "enrolment": [
            {"school": "pa0", "year": year, "stages": "p", "grade": "一年级", "pupils": 900, "classes": 20,
             "oversized_classes": 0} for year in (2024, 2025)
        ],
        "projects": [
            {"id": "x1", "name": "新高中", "stages": "s", "action": "new", "seats": 2000, "enrolment": 2000,
             "status": "finished", "ownership": "public", "finish": 2024},
            {"id": "x2", "name": "新小学", "stages": "p", "action": "new", "seats": 900, "status": "finished",
             "ownership": "public", "estate": "h1", "finish": 2024},
            {"id": "x3", "name": "新园", "stages": "k", "action": "new", "seats": 270, "classes": 9,
             "status": "finished", "ownership": "public", "estate": "h1", "finish": 2024},
        ],
        "estates": [
            {"id": "h1", "name": "一号小区", "x": 7000.0, "people": 6000, "households": 2000, "delivery": 2024,
             "school": "kb0、pb0、jb0", "school_delivery": 2024, "district": "乙新区", "unit": "U1"},
            {"id": "h2", "name": "二号小区", "x": 7400.0, "people": 900, "households": 300, "delivery": 2024,
             "district": "乙新区", "unit": "U1"},
        ],
        "parcels": [
            {"id": f"g{year}", "name": "预留地", "stages": "pj", "area_m2": 30_000, "status": "reserved",
             "use": "education", "year": year, "district": "乙新区", "geometry": BOX(7000, 0, 7300, 100)}
            for year in (2020, 2025)
        ],
        "premises": [
            {"id": "w1", "name": "老高中", "was": "高中", "becomes": "pj", "status": "reused", "area_m2": 20_000,
             "district": "乙新区", "year": 2023, "x": 7000.0},
            {"id": "w2", "name": "老大专", "was": "大专", "becomes": "pj", "status": "planned", "area_m2": 20_000,
             "district": "乙新区", "year": 2023, "x": 7200.0},
        ],
        "zones": [
            {"id": f"z{key}", "school": key, "stages": stages, "geometry": BOX(0, -3000, 10_000, 3000)}
            for key, stages in (("pa0", "p"), ("ja0", "j"))
        ],
        "stops": [{"id": "b1", "name": "站", "kind": "school_bus", "x": 1000.0}],
    }  # fmt: skip


@pytest.fixture(scope="module")
def everything(world):
    """The entries of every plan on a town of two counties that has every layer and table, by clause id."""
    found = {}
    for name in PLANS:
        for entry in build_ledger(world(book=name, forecast=_forecast(), balance=_balance(), **_town())).entries:
            found.setdefault(entry.clause.id, []).append(entry)
    return found


@EVERY
def test_on_a_town_that_has_everything_a_rule_computes(everything, rule):
    entries = everything[rule.id]
    whole = [entry for entry in entries if entry.place == ""]
    assert whole, "no entry for the whole"
    assert [entry.zh for entry in whole if entry.state is State.NO_DATA] == []
    for entry in entries:
        assert entry.zh
        assert entry.en
        assert not any("\u4e00" <= letter <= "\u9fff" for letter in entry.verdict_en)


@EVERY
def test_a_rule_by_place_has_an_entry_for_each_county_and_others_none(everything, rule):
    places = {entry.place for entry in everything[rule.id]}
    assert places == ({"", "a", "b"} if rule.by_place else {""})


def test_every_deadline_of_a_plan_is_judged(everything):
    for rule in RULES:
        for entry in everything[rule.id]:
            due = rule.year is not None and rule.operator != "baseline"
            assert entry.deadline.value == (("passed" if rule.year < 2026 else "open") if due else "none")
