"""Counts of the same people: what is told leaves every handful more than one value, whatever readers compute."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy.sparse import csr_array

from geoplan.publish import privacy_audit
from geoplan.publish.privacy_audit import Counts, is_handful, told
from geoplan.publish.privacy_bounds import loosened

MOST = 40
"""No atom of the brute force is larger."""


def random_counts(chance):
    """A small town: the whole, some sums, and each place, told in this order."""
    places = int(chance.integers(2, 6))
    people = chance.choice([0, 1, 2, 3, 5, 8, 9, 10, 11, 12, 14], places).astype(float)
    some = chance.integers(0, 2, (int(chance.integers(1, 6)), places))
    sums = np.unique(np.vstack([np.ones(places), some, np.eye(places)]), axis=0)
    sums = sums[sums.any(axis=1)]
    order = np.array(sorted(range(len(sums)), key=lambda row: (-sums[row].sum(), -(sums[row] @ people))))
    return Counts(csr_array(sums), people, order, (1,))


def solutions(counts, is_told):
    """Every town of whole people that fits what a reader knows: told counts, `<10` and `≥10`."""
    sums, values = counts.sums.toarray().astype(int), counts.values.astype(int)
    latest = [int(np.flatnonzero(row)[-1]) for row in sums]
    found, town = [], np.zeros(sums.shape[1], dtype=int)

    def fits(place):
        for row, value, known, last in zip(sums, values, is_told, latest, strict=True):
            so_far = int(row[: place + 1] @ town[: place + 1])
            most = value if known else 9 if value < 10 else MOST * len(town)
            least = value if known else 1 if value < 10 else 10
            if so_far > most or (last <= place and so_far < least):
                return False
        return True

    def extend(place):
        if place == len(town):
            found.append(town.copy())
            return
        for count in range(MOST):
            town[place] = count
            if fits(place):
                extend(place + 1)
        town[place] = 0

    extend(0)
    return np.array(found)


@pytest.mark.parametrize("seed", range(40))
def test_by_all_towns_that_fit_what_is_told_no_handful_has_one_value_only(seed):
    counts = random_counts(np.random.default_rng(seed))
    is_told = loosened(counts, told(counts))
    handfuls = np.flatnonzero(is_handful(counts.values))
    assert not is_told[handfuls].any()
    towns = solutions(counts, is_told)
    assert (towns == counts.people).all(axis=1).any(), "the town itself fits"
    for row in counts.sums[handfuls].toarray():
        assert len(set((towns @ row).tolist())) > 1


def in_span(told_rows, row):
    """Whether a count follows from others, worked out anew from all of them."""
    rank = np.linalg.matrix_rank(told_rows) if len(told_rows) else 0
    return np.linalg.matrix_rank(np.vstack([told_rows, row])) == rank


def mixed_counts(seed):
    """Thirty places, districts, sums of shares; some places are whole numbers of handfuls."""
    chance = np.random.default_rng(seed)
    people = chance.choice([0, 3, 5, 8, 12, 25, 60], 30).astype(float)
    districts = [np.isin(np.arange(30) // 6, [row]).astype(float) for row in range(5)]
    some = (chance.random((12, 30)) < 0.4) * chance.choice([0.5, 1.0], (12, 30))
    sums = np.vstack([np.ones(30), *districts, some, np.eye(30)])
    return Counts(csr_array(sums), people, np.arange(len(sums)), (1,))


@pytest.mark.parametrize("seed", range(12))
def test_step_by_step_tells_no_handful_and_holds_nothing_back_without_need(seed, monkeypatch):
    monkeypatch.setattr(privacy_audit, "_BLOCK", 7)
    counts = mixed_counts(seed)
    is_told, sums = told(counts), counts.sums.toarray() * (counts.people > 0)
    handfuls = np.flatnonzero(is_handful(counts.values))
    known = sums[is_told & sums.any(axis=1)]
    assert len(handfuls)
    assert not any(in_span(known, sums[each]) for each in handfuls)
    few = np.flatnonzero(is_handful(counts.people)).tolist()
    together = [
        np.isin(np.arange(30), some).astype(float)
        for many in (2, 3)
        for some in itertools.combinations(few, many)
        if is_handful(counts.people[list(some)].sum())
    ]
    assert not any(in_span(known, each) for each in together)
    guarded = [*sums[handfuls], *together]
    for cell in np.setdiff1d(np.flatnonzero(~is_told), handfuls):
        more = np.vstack([known, sums[cell]])
        assert any(in_span(more, each) for each in guarded)


def test_a_lone_handful_takes_company_and_the_whole_is_told():
    sums = np.vstack([np.ones(4), np.eye(4)])
    counts = Counts(csr_array(sums), np.array([4.0, 12, 16, 90]), np.array([0, 2, 4, 3, 1]), (1,))
    assert loosened(counts, told(counts)).tolist() == [True, False, True, False, True]


@pytest.mark.parametrize("pair", [(1, 1), (9, 9), (1, 10)])
def test_a_sum_that_its_bounds_give_away_is_not_told(pair):
    counts = Counts(csr_array([[1.0, 1.0], [1, 0], [0, 1]]), np.array(pair, dtype=float), np.arange(3), (1,))
    assert not loosened(counts, told(counts)).any()


def test_without_handfuls_everything_is_told():
    counts = Counts(csr_array([[1.0, 1.0], [1, 0], [0, 1]]), np.array([10.0, 20.0]), np.arange(3), (1,))
    assert loosened(counts, told(counts)).all()


def test_of_a_town_of_too_many_places_only_the_most_wanted_counts_are_told(monkeypatch):
    counts = mixed_counts(1)
    monkeypatch.setattr(privacy_audit, "_MOST_WIDE", 10)
    is_told = told(counts)
    assert is_told[0]
    assert not is_told[1:][counts.values[1:] > 0].any()
    monkeypatch.setattr(privacy_audit, "_MOST_WIDE", 0)
    assert not told(counts)[counts.values > 0].any()
