"""No sum of published counts gives away a count of one to nine."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoplan.plan import ZoneWish
from geoplan.project import Project
from geoplan.publish.zones_privacy import AT_LEAST, WITHHELD, _closed_under_sums, _groupings, hidden_counts

ZONES = st.sampled_from(["A", "B", "C"])


@given(st.lists(st.tuples(st.integers(0, 40), ZONES, ZONES), min_size=1, max_size=30))
def test_of_every_published_sum_nothing_all_or_at_least_ten_pupils_are_hidden(units):
    heads = np.array([each for each, _, _ in units], dtype=float)
    was, becomes = (np.array([unit[at] for unit in units], dtype=object) for at in (1, 2))
    groupings = list(_groupings(was, becomes, was != becomes))
    hide = _closed_under_sums(heads, groupings)
    assert hide[(heads > 0) & (heads < 10)].all()
    assert not hide[heads == 0].any()
    for group in groupings:
        for number in range(group.max() + 1):
            inside = group == number
            secret = heads[inside & hide].sum()
            assert secret == 0 or secret >= 10 or secret == heads[inside].sum()


def proposal(zone_town, people, **parts):
    folder = zone_town(columns={"people": people}, **parts)
    return Project.open(folder).zones("primary", ZoneWish())


def test_a_single_small_unit_hides_another_one_with_it(zone_town):
    found = proposal(zone_town, [100, 90, 5, 80, 70, 100])
    hidden = hidden_counts(found)
    assert hidden.unit("e2") == "<10"
    # e2 belongs to A with e0 and e1: the smaller of them is hidden, too
    assert hidden.unit("e1") == AT_LEAST
    assert [hidden.unit(each) for each in ("e0", "e3", "e4", "e5")] == [100, 80, 70, 100]


def test_a_small_flow_withholds_todays_sums_of_both_schools(zone_town):
    found = proposal(zone_town, [100, 98, 5, 80, 70, 100])
    assert found.changes[0].unit == "e2"
    hidden = hidden_counts(found)
    assert hidden.zones == {"A", "B"}
    assert hidden.sum_of("A", 203.0) == WITHHELD


@pytest.mark.parametrize("small", [1, 9])
def test_nothing_is_hidden_where_nothing_is_small(zone_town, small):
    assert not hidden_counts(proposal(zone_town, [100, 100, 100, 100, 100, 100])).units
    assert "e5" in hidden_counts(proposal(zone_town, [100, 100, 100, 100, 100, small])).units
