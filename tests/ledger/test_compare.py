import json

import pytest

from geoplan.ledger import build_ledger, compare
from geoplan.rules import RuleBook, State

SCHOOLS = [
    {"id": f"k{at}", "stages": "k", "ownership": owner, "inclusive": False, "enrolment": 100, "district": county}
    for at, (owner, county) in enumerate(
        [("public", "甲县"), ("public", "甲县"), ("private", "乙县"), ("private", "乙县")]
    )
]
COUNTIES = [{"id": "a", "name": "甲县"}, {"id": "b", "name": "乙县"}]


@pytest.fixture(scope="session")
def ledger(world, profile):
    """ledger(name, clause, …) -> the ledger of a profile over one and the same town."""

    def build(name, *clauses, **given):
        book = RuleBook(profile(*clauses, name=name), ())
        return build_ledger(world(book=book, **({"schools": SCHOOLS, "districts": COUNTIES} | given)))

    return build


def share(clause, low, **given):
    return clause("public_enrolment_share", **({"operator": ">=", "low": low, "unit": "%"} | given))


def test_a_stricter_rule_tells_what_more_is_missing(ledger, clause):
    found = compare(ledger("甲", share(clause, 50, id="A-1")), ledger("乙", share(clause, 58, id="B-1")))
    (row,) = found
    assert (row.one.state, row.other.state, row.changes) == (State.MET, State.NOT_MET, True)
    assert (row.more, row.unit) == (8.0, "%")
    assert row.zh == "甲规划 A-1（≥ 50 %）符合 → 乙规划 B-1（≥ 58 %）不符合；多缺 8 %"
    assert row.en == "plan 甲 A-1 (≥ 50 %): met -> plan 乙 B-1 (≥ 58 %): not met; 8 % more missing"


def test_a_milder_rule_tells_what_is_spared(ledger, clause):
    (row,) = compare(ledger("甲", share(clause, 58)), ledger("乙", share(clause, 50)))
    assert row.more == -8.0
    assert "少缺 8 %" in row.zh


def test_the_same_rule_costs_nothing_and_is_left_out(ledger, clause):
    one = ledger("甲", share(clause, 58))
    assert compare(one, one) == ()
    assert compare(one, ledger("乙", share(clause, 58))) == ()


def test_both_fail_and_the_stricter_one_by_more(ledger, clause):
    (row,) = compare(ledger("甲", share(clause, 60)), ledger("乙", share(clause, 70)))
    assert (row.changes, row.more) == (False, 10.0)


def test_a_clause_that_the_other_does_not_have_is_said_to_be_missing(ledger, clause):
    empty = ledger("乙")
    (row,) = compare(ledger("甲", share(clause, 58)), empty)
    assert (row.other, row.more) == (None, None)
    assert "乙规划无此条" in row.zh
    (row,) = compare(empty, ledger("甲", share(clause, 58)))
    assert (row.one, row.more) == (None, None)
    assert row.zh == "乙规划无此条 → 甲规划 T-1（≥ 58 %）不符合，缺 8 %"


def test_counties_are_compared_each_with_itself(ledger, clause):
    found = compare(ledger("甲", share(clause, 50, by_place=True)), ledger("乙", share(clause, 58, by_place=True)))
    assert [(row.place, row.more) for row in found] == [("", 8.0), ("b", 8.0)]
    assert found[1].zh.startswith("乙县：")


def test_whole_schools_that_are_missing_are_counted_in_schools(ledger, clause):
    def per_seat(low):
        return clause("public_kindergartens_per_seat", operator=">=", low=low, unit="所", by_place=True)

    found = {row.place: row for row in compare(ledger("甲", per_seat(1)), ledger("乙", per_seat(3)))}
    assert {place: (row.more, row.unit) for place, row in found.items()} == {
        "": (3.0, "所"), "a": (1.0, "所"), "b": (2.0, "所"),
    }  # fmt: skip


def test_of_several_clauses_of_one_profile_the_strictest_counts(ledger, clause):
    one = ledger("甲", share(clause, 50, id="A-1"), share(clause, 55, id="A-2"))
    (row,) = compare(one, ledger("乙", share(clause, 58)))
    assert row.one.clause.id == "A-2"
    assert row.more == 3.0


def test_shown_figures_baselines_and_missing_data_are_no_cost(ledger, clause):
    shown = clause("school_groups", level="kindergarten")
    base = share(clause, 58, kind="baseline", operator="=")
    assert compare(ledger("甲", shown, base), ledger("乙")) == ()


def test_rows_are_plain_values_for_json(ledger, clause):
    rows = compare(ledger("甲", share(clause, 50)), ledger("乙", share(clause, 58)))
    assert json.loads(json.dumps([row.as_dict() for row in rows]))[0]["more"] == 8.0


def test_kindergartens_missing_under_another_citys_band_are_counted(world):
    """A town of 40,000 with one public and three private kindergartens: Xingtai calls for four public ones."""
    people = [{"id": "v1", "x": 0.0, "people": 40_000, "area": "urban"}]
    schools = [{"id": f"k{at}", "stages": "k", "x": 10.0 * at, "ownership": "private" if at else "public",
                "enrolment": 300, "inclusive": True} for at in range(4)]  # fmt: skip
    one, other = (
        build_ledger(world(book=book, population=people, schools=schools)) for book in ("zhengzhou", "xingtai")
    )
    found = [row for row in compare(one, other) if row.other is not None and row.other.clause.id == "XT-R-05"]
    assert [(row.place, row.one, row.more, row.unit) for row in found] == [("", None, None, "所")]
    assert found[0].zh.endswith("，缺 3 所")


def test_missing_data_is_not_nothing_missing(ledger, clause):
    without = ledger("甲", share(clause, 58), schools=[{"id": "k", "stages": "k"}])
    (row,) = compare(without, ledger("乙", share(clause, 58)))
    assert (row.one.state, row.other.state, row.more) == (State.NO_DATA, State.NOT_MET, None)


def test_clauses_of_one_indicator_that_differ_in_scope_meet_and_are_not_subtracted(ledger, clause):
    schools = [each | {"area": "rural"} for each in SCHOOLS]
    one = ledger("甲", share(clause, 50, scope="rural", id="A-1"), schools=schools)
    (row,) = compare(one, ledger("乙", share(clause, 58, id="B-1"), schools=schools))
    assert (row.one.clause.id, row.other.clause.id, row.more) == ("A-1", "B-1", None)
    assert row.zh == "甲规划 A-1（农村，≥ 50 %）符合 → 乙规划 B-1（全域，≥ 58 %）不符合，缺 8 %"


def test_too_many_schools_are_no_missing_ones(world):
    """Country of 10,000 people with five kindergartens, where two or three are called for: none is missing."""
    people = [{"id": "v1", "x": 0.0, "people": 10_000, "area": "rural"}]
    schools = [{"id": f"k{at}", "stages": "k", "x": 10.0 * at, "ownership": "public"} for at in range(5)]
    ledgers = [build_ledger(world(book="xingtai", population=people, schools=schools[:count])) for count in (5, 1)]
    entry = ledgers[0].of("XT-R-02")[0]
    assert (entry.state, entry.value, entry.short, entry.short_unit) == (State.NOT_MET, 2000.0, 0.0, "")
    (row,) = [row for row in compare(*ledgers) if row.one is not None and row.one.clause.id == "XT-R-02"]
    assert (row.more, row.unit) == (1.0, "所")
