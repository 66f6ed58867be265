"""No district's handful of children can be had by subtracting the others from the total, in any output."""

from __future__ import annotations

import csv
import importlib.util
from pathlib import Path

import pytest

from geoplan.coverage import Tally
from geoplan.project import Project
from geoplan.publish import features
from geoplan.publish.atlas.scope import districts_table
from geoplan.publish.atlas.sheet import Folio
from geoplan.publish.atlas.stage_tables import coverage_table
from geoplan.publish.figures.coverage import coverage_figures
from geoplan.publish.mapfile import read_map
from geoplan.publish.payload import build_payload
from geoplan.publish.privacy_tallies import public_tallies
from geoplan.publish.public_summary import public_summary
from geoplan.publish.sheets_today import coverage_sheet

_spec = importlib.util.spec_from_file_location("geoplan_tiny_tallies", Path(__file__).with_name("tiny.py"))
tiny = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(tiny)


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    """D1 has 300 pupils, D2 four at one place."""
    folder = tiny.write(tmp_path_factory.mktemp("tallies"), counts="pupils", each=20)
    path = folder / "population.csv"
    head, *rows = csv.reader(path.read_text(encoding="utf-8").splitlines())
    for row in rows:
        number = int(row[0][1:]) - 1
        if number % 6 > 2:
            row[2] = "4" if number == 3 else "0"
    tiny._csv(path, [",".join(head)], rows)  # noqa: SLF001  the town's own writer
    return Project.open(folder).plan()


def numbers(*values):
    """The counts among values that are told."""
    return [value for value in values if isinstance(value, int | float) and value]


def test_the_smallest_other_part_is_hidden_with_a_lone_handful(plan):
    parts = [Tally(300, 300, 120, 300, 120), Tally(4, 4, 0, 4, 0), Tally(50, 50, 20, 50, 20)]
    large, handful, other = public_tallies(plan, parts)
    assert (large.people, large.covered, large.share, large.pupils) == (300, 120, 0.4, 300)
    assert (handful.people, handful.assessed, handful.covered) == ("<10", "<10", 0)
    assert (other.people, other.assessed, other.covered, other.uncovered) == ("≥10",) * 4
    assert (other.share, other.pupils, other.pupils_covered) == (None, "≥10", "≥10")


def test_a_hidden_part_of_a_part_has_company_too(plan):
    # 4 of 80 are within the radius: told alone, 24 of 180 less 20 would tell it
    few, some = public_tallies(plan, [Tally(80, 80, 4, None, None), Tally(100, 100, 20, None, None)])
    assert (few.people, few.assessed, few.covered, few.share) == (80, 80, "<10", None)
    assert (some.people, some.assessed, some.covered, some.uncovered, some.share) == (100, 100, "≥10", "≥10", None)


def test_two_handfuls_hide_each_other_and_no_total_needs_more(plan):
    found = public_tallies(plan, [Tally(4, 4, 4, 4, 4), Tally(5, 5, 5, 5, 5), Tally(90, 90, 90, 90, 90)])
    assert [each.people for each in found] == ["<10", "<10", 90]


def test_no_output_tells_the_district_beside_the_handful(plan):
    sheet = [row[4:7] for row in coverage_sheet(plan).rows if row[2]]
    assert not any(numbers(*row) for row in sheet)
    page = build_payload(plan, read_map("consultation"))
    for view in page["views"]:
        for shown in view["districts"]["before"]:
            assert not numbers(*shown.values())
    figures = {each.id: each.value for each in coverage_figures(plan)}
    assert not numbers(*(value for key, value in figures.items() if ".district." in key and key.endswith(".people")))
    for stage in public_summary(plan)["stages"]:
        for view in stage["coverage"]:
            assert not numbers(*(each["people"] for each in view["districts"]))
    assert features.districts(plan)["people"].isna().all()
    assert [row[2] for row in districts_table(plan).rows] == ["≥10", "<10"]
    drawn = coverage_table(Folio(plan, read_map("consultation")), plan.stages[0].views[0], is_after=True).rows
    assert [row[1] for row in drawn] == ["≥10", "<10"]


def test_a_lone_place_with_a_handful_has_company_on_page_and_in_the_geopackage(plan):
    shown = build_payload(plan, read_map("consultation"))["places"]["people"]
    hidden = [str(each) for each in shown if isinstance(each, str)]
    assert hidden.count("<10") == 1
    assert "≥10" in hidden
    ((_, _, frame),) = features.places(plan)
    assert int(frame["people"].isna().sum()) == len(hidden) < len(shown) / 2
