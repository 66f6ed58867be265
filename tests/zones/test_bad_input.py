"""What the door refuses, with the ids concerned."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from geoplan.errors import ProblemError
from geoplan.zones import adjacency_from_pairs, draw_zones, make_zone_problem

E = [f"e{number}" for number in range(6)]
EACH = dict.fromkeys(E, 100.0)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"pupils": dict.fromkeys(E[1:], 1.0)}, "pupils: nothing given for 'e0'"),
        ({"pupils": {**EACH, "e3": np.nan}}, "pupils: expected finite numbers of at least 0; not so for 'e3'"),
        ({"pupils": {**EACH, "e3": -1.0}}, "pupils: .*'e3'"),
        ({"pupils": {**EACH, "e9": 1.0}}, "pupils: unknown ids 'e9'"),
        ({"seats": {"A": 200}}, "seats: nothing given for 'B'"),
        ({"seats": {"A": 200, "B": -1}}, "seats: .*'B'"),
        ({"seats": {"A": np.nan, "B": 1}}, "seats: .*'A'"),
        ({"school_unit": {"A": "e0"}}, "school_unit: nothing given for 'B'"),
        ({"school_unit": {"A": "e0", "B": "x5"}}, "school_unit: unknown id 'x5'"),
        ({"school_unit": {"A": "e0", "B": "e5", "C": "e1"}}, "school_unit: unknown ids 'C'"),
        ({"adjacency": adjacency_from_pairs([], unit_ids=E[1:])}, "not in the adjacency: 'e0'"),
        ({"adjacency": adjacency_from_pairs([], unit_ids=[*E, "x"])}, "without costs: 'x'"),
        ({"adjacency": [("e0", "e1")]}, "adjacency: expected an Adjacency"),
        ({"min_enrolment": {"X": 1}}, "min_enrolment: unknown ids 'X'"),
        ({"over_price": -1.0}, "over_price"),
        ({"max_cost": -1.0}, "max_cost"),
        ({"move_price": np.inf}, "move_price: expected a finite number"),
        ({"most_moved": -1}, "most_moved"),
        ({"whole_by": {"x": "East"}}, "whole_by: unknown ids 'x'"),
        ({"splittable": ["e1"]}, "splittable: give part_pupils="),
        ({"splittable": ["x"], "part_pupils": 1}, "splittable: unknown ids 'x'"),
        ({"splittable": ["e1"], "part_pupils": 0}, "part_pupils: expected a number above 0"),
        ({"splittable": ["e1"], "part_pupils": 9, "whole_by": {"e1": "X", "e2": "X"}}, "keeps whole: 'e1'"),
        ({"current": {"x": "A"}}, "current: unknown ids 'x'"),
        ({"current": ["A"]}, "current: expected a mapping"),
        ({"forced": {"e1": "X"}}, "forced: unknown id 'X'"),
        ({"forced": {"e0": "B"}}, "forced: units that hold another school: 'e0'"),
        ({"forced": {"e1": "A", "e2": "B"}, "whole_by": {"e1": "X", "e2": "X"}}, "'X' is kept whole"),
        ({"forced": {"e4": "A"}, "max_cost": 3.0}, "out of their reach .max_cost 3.: 'e4 to A'"),
        ({"boarding": "A"}, "boarding: expected ids in a list"),
        ({"together": ["AB"]}, "together: expected groups"),
        ({"together": [["A", "A"]]}, "together: expected groups of two or more"),
        ({"together": [["A", "X"]]}, "together: unknown id 'X'"),
        ({"together": [["A", "B"]], "candidates": ["B"]}, "together: .*'B'"),
        ({"candidates": ["X"]}, "candidates: unknown ids 'X'"),
        ({"opening_costs": {"B": -1.0}}, "opening_costs"),
        ({"new": 1}, "new = 1: 2 schools stay and 0 candidates"),
        ({"p": 1}, "p = 1: 2 schools stay"),
        ({"p": True}, "p: expected a whole number"),
        ({"p": 2, "new": 1, "candidates": ["B"]}, None),
        ({"islands": "bridge"}, "islands: expected 'link' or 'refuse'"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(estates, changed, message):
    costs, words = estates
    if message is None:
        make_zone_problem(costs, **{**words, **changed})
        return
    with pytest.raises(ProblemError, match=message):
        make_zone_problem(costs, **{**words, **changed})


def test_contradicting_counts_duplicate_ids_and_no_units_are_refused(estates):
    costs, words = estates
    with pytest.raises(ProblemError, match="contradict each other"):
        make_zone_problem(costs, **words, candidates=["B"], p=2, new=0)
    with pytest.raises(ProblemError, match="Duplicate demand ids: 'e0'"):
        make_zone_problem(pd.concat([costs, costs.iloc[:1]]), **words)
    with pytest.raises(ProblemError, match="Expected units and schools"):
        make_zone_problem(costs.iloc[:0], **words)
    with pytest.raises(ProblemError, match="pupils: ids occur twice"):
        make_zone_problem(costs, **{**words, "pupils": pd.Series([1.0] * 7, index=[*E, "e0"])})


def test_a_school_out_of_reach_of_its_own_unit_is_refused(estates):
    costs, words = estates
    costs.loc["e0", "A"] = np.nan
    with pytest.raises(ProblemError, match="out of their reach: 'e0 to A'"):
        make_zone_problem(costs, **words)


def test_limits_of_time_and_gap_that_make_no_sense_are_refused(estates):
    costs, words = estates
    with pytest.raises(ProblemError, match="time_limit_s above 0"):
        draw_zones(costs, **words, time_limit_s=0)
    with pytest.raises(ProblemError, match="gap of at least 0"):
        draw_zones(costs, **words, gap=-1)
