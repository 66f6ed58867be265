"""Shares and means of access tell no handful of children, and gaps are not ranked by counts that are not told."""

from __future__ import annotations

import csv
import importlib.util
from pathlib import Path

import pytest

from geoplan.project import Project
from geoplan.publish.figures import figures_of
from geoplan.sets import set_edition

_spec = importlib.util.spec_from_file_location("geoplan_tiny_access", Path(__file__).with_name("tiny.py"))
tiny = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(tiny)
FAR = 2
"""A place in town beyond the radius."""


def project(folder, pupils_at):
    """The tiny town with so many pupils at each of its places."""
    path = tiny.write(folder, counts="pupils", each=20) / "population.csv"
    head, *rows = csv.reader(path.read_text(encoding="utf-8").splitlines())
    for row in rows:
        row[2] = str(pupils_at(int(row[0][1:]) - 1))
    tiny._csv(path, [",".join(head)], rows)  # noqa: SLF001  the town's own writer
    return Project.open(folder)


def shares(folder, beyond):
    opened = project(folder, lambda number: 100 if number == 0 else beyond if number == FAR else 0)
    figures = figures_of(set_edition(opened))
    covered = figures["primary.straight.before.covered"].value
    found = {name: figure.value for name, figure in figures.items() if name.startswith("access.primary.whole.")}
    assert found
    return covered, found


@pytest.mark.parametrize(("beyond", "is_told"), [(5, False), (40, True)])
def test_a_share_is_told_where_neither_it_nor_the_rest_is_a_handful(tmp_path, beyond, is_told):
    _, found = shares(tmp_path, beyond)
    assert (found["access.primary.whole.share"] is not None) is is_told
    assert (found["access.primary.whole.mean_m"] is not None) is is_told


def test_gaps_of_handfuls_are_numbered_as_they_lie_and_larger_ones_come_first(tmp_path):
    # nine places of one to nine pupils, the fewest first, and one of fifty
    gaps = project(tmp_path, lambda number: 50 if number == 11 else number % 6 + 1).plan().stages[0].views[0].gaps
    handfuls = [gap for gap in gaps if gap.people < 10]
    first_points = [int(gap.points[0]) for gap in handfuls]
    assert first_points == sorted(first_points)
    assert [gap.people >= 10 for gap in gaps] == sorted((gap.people >= 10 for gap in gaps), reverse=True)
