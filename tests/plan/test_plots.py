"""Plots shared out between stages, against all divisions of small cases."""

from itertools import product
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoplan.locate import Model, Status
from geoplan.plan import plots
from geoplan.plan.plots import allot_plots
from geoplan.types import Stage

PEOPLE = SimpleNamespace(units=SimpleNamespace(counts="people"))
STAGES = (Stage.KINDERGARTEN, Stage.PRIMARY, Stage.JUNIOR)


class Proposal(SimpleNamespace):
    """As much of a proposal as the sharing out looks at; `replace` needs nothing more of it."""

    def __replace__(self, **changes):
        return Proposal(**(vars(self) | changes))


@pytest.fixture(autouse=True)
def plain_replace(monkeypatch):
    monkeypatch.setattr(plots, "replace", lambda proposal, **changes: proposal.__replace__(**changes))


def chooser(worth, new, asked=None):
    """Stages that each choose the `new` plots that are worth most to it; worth: stage → plot → people."""

    def choose(stage, elsewhere):
        if asked is not None:
            asked.append((stage, elsewhere))
        free = [plot for plot in worth[stage] if plot not in elsewhere]
        best = sorted(free, key=lambda plot: (-worth[stage][plot], plot))[:new]
        people = float(sum(worth[stage][plot] for plot in best))
        return Proposal(
            sites=tuple(SimpleNamespace(id=plot) for plot in best),
            solution=SimpleNamespace(objective=people, model=Model.MAX_COVER, status=Status.OPTIMAL),
            before=SimpleNamespace(stage=stage, demand=PEOPLE), unit=("人", "people"), findings=(),
        )  # fmt: skip

    return choose


def best_by_enumeration(worth, new, many):
    """Every way of giving each plot to one stage."""
    names = [f"c{at}" for at in range(many)]
    best = -np.inf
    for owners in product(STAGES, repeat=many):
        total = 0.0
        for stage in STAGES:
            mine = sorted((worth[stage][plot] for plot, owner in zip(names, owners, strict=True) if owner is stage))
            total += sum(mine[::-1][:new])
        best = max(best, total)
    return best


@given(
    table=st.lists(st.lists(st.integers(0, 20), min_size=5, max_size=5), min_size=3, max_size=3), new=st.integers(1, 3)
)
@settings(max_examples=150, deadline=None)
def test_the_division_is_the_best_of_all_where_it_is_said_to_be(table, new):
    worth = {stage: {f"c{at}": each for at, each in enumerate(row)} for stage, row in zip(STAGES, table, strict=True)}
    found = allot_plots(STAGES, chooser(worth, new))
    used = [site.id for proposal in found.values() for site in proposal.sites]
    assert len(used) == len(set(used))
    total = sum(proposal.solution.objective for proposal in found.values())
    proved = all("not proved" not in finding.why for each in found.values() for finding in each.findings)
    best = best_by_enumeration(worth, new, 5)
    assert total <= best
    if proved:
        assert total == best


def test_a_search_that_is_cut_short_says_that_it_is_not_proved(monkeypatch):
    monkeypatch.setattr(plots, "MOST_TRIALS", 0)
    worth = {stage: {"c0": 9, "c1": 5, "c2": 1} for stage in STAGES}
    found = allot_plots(STAGES, chooser(worth, 1))
    used = [site.id for proposal in found.values() for site in proposal.sites]
    assert sorted(used) == ["c0", "c1", "c2"]
    told = [finding for proposal in found.values() for finding in proposal.findings]
    assert told
    assert all("not proved best" in finding.why for finding in told)


def test_stages_that_want_different_plots_are_asked_once_each():
    asked = []
    worth = {stage: {f"c{at}": 5} for at, stage in enumerate(STAGES)}
    found = allot_plots(STAGES, chooser(worth, 1, asked))
    assert len(set(asked)) == 6, "each alone, and once more among the plots that no other stage uses"
    assert not any(proposal.findings for proposal in found.values())
