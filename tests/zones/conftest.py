"""Small worlds that several tests ask about."""

from __future__ import annotations

from itertools import pairwise

import pandas as pd
import pytest

from geoplan.zones import adjacency_from_pairs


@pytest.fixture
def estates():
    """Six estates of 100 pupils at x = 0 … 5 km, schools A (x = 0, 200 seats) and B (x = 5, 400): acceptance A8."""
    ids = [f"e{number}" for number in range(6)]
    costs = pd.DataFrame({"A": [float(x) for x in range(6)], "B": [float(5 - x) for x in range(6)]}, index=ids)
    touching = adjacency_from_pairs(list(pairwise(ids)), unit_ids=ids)
    return costs, {
        "pupils": 100.0, "seats": {"A": 200, "B": 400}, "adjacency": touching, "school_unit": {"A": "e0", "B": "e5"},
        "cost_unit": "km",
    }  # fmt: skip


@pytest.fixture
def square():
    """Nine blocks of 1 km, 3 × 3, b0 … b8 row by row with 10 pupils each; schools P in b0 and Q in b8."""
    ids = [f"b{number}" for number in range(9)]
    at = {each: (number % 3, number // 3) for number, each in enumerate(ids)}
    ways = {
        name: [abs(at[each][0] - x) + abs(at[each][1] - y) for each in ids] for name, x, y in (("P", 0, 0), ("Q", 2, 2))
    }
    pairs = [(one, other) for one in ids for other in ids if one < other
             and abs(at[one][0] - at[other][0]) + abs(at[one][1] - at[other][1]) == 1]  # fmt: skip
    costs = pd.DataFrame(ways, index=ids, dtype=float)
    touching = adjacency_from_pairs(pairs, unit_ids=ids, xy=[at[each] for each in ids])
    return costs, {
        "pupils": 10.0, "seats": {"P": 60, "Q": 60}, "adjacency": touching, "school_unit": {"P": "b0", "Q": "b8"},
        "cost_unit": "km",
    }  # fmt: skip
