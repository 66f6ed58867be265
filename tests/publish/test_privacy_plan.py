"""No reader can work a hidden handful out: not from one table by subtraction, nor from all sums of a plan together."""

from __future__ import annotations

import csv
import random
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoplan.project import Project
from geoplan.publish import features
from geoplan.publish.edition import Edition
from geoplan.publish.figures.coverage import coverage_figures
from geoplan.publish.lint import lint
from geoplan.publish.mapfile import read_map
from geoplan.publish.payload import build_payload
from geoplan.publish.privacy_cells import Cells
from geoplan.publish.privacy_plan import _Builder, release_of
from geoplan.publish.privacy_tallies import gap_people, gap_pupils, hidden_units, public_tallies, public_tally
from geoplan.publish.publish import publish
from geoplan.publish.sheets_today import coverage_sheet, gaps_sheet

COUNTS = st.lists(st.integers(0, 40), min_size=4, max_size=20)


def determined(cells, hidden):
    """Hidden cells with one value only, by exact elimination: what an attacker with all sums and patience finds."""
    at = [number for number, is_hidden in enumerate(hidden) if is_hidden]
    rows = []
    for numbers, weights in cells.sums:
        row = [Fraction(0)] * len(at)
        for number, weight in zip(numbers.tolist(), weights.tolist(), strict=True):
            if hidden[number]:
                row[at.index(number)] += Fraction(weight).limit_denominator(10**6)
        if any(row):
            rows.append(row)
    done = 0
    for column in range(len(at)):
        pivot = next((number for number in range(done, len(rows)) if rows[number][column]), None)
        if pivot is None:
            continue
        rows[done], rows[pivot] = rows[pivot], rows[done]
        rows[done] = [each / rows[done][column] for each in rows[done]]
        for number, row in enumerate(rows):
            if number != done and row[column]:
                rows[number] = [one - row[column] * other for one, other in zip(row, rows[done], strict=True)]
        done += 1
    return {at[row.index(1)] for row in rows[:done] if sum(1 for each in row if each) == 1}


def handfuls(cells):
    return {number for number, value in enumerate(cells.values) if 0 < value < 10}


def table(counts, columns):
    """A table with sums below and beside it, as cells."""
    grid = np.array([*counts, *[0] * (-len(counts) % columns)]).reshape(-1, columns)
    cells = Cells()
    number = {(row, column): cells.put((row, column), value) for (row, column), value in np.ndenumerate(grid)}
    rows = [cells.put(("row", row), value, is_last=True) for row, value in enumerate(grid.sum(axis=1))]
    below = [cells.put(("column", column), value, is_last=True) for column, value in enumerate(grid.sum(axis=0))]
    whole = cells.put("whole", grid.sum(), is_last=True)
    for row, total in enumerate(rows):
        cells.add(total, [number[row, column] for column in range(columns)])
    for column, total in enumerate(below):
        cells.add(total, [number[row, column] for row in range(len(grid))])
    cells.add(whole, rows)
    cells.add(whole, below)
    return cells


@settings(max_examples=60, deadline=None)
@given(COUNTS, st.integers(1, 4))
def test_in_a_table_with_sums_on_two_sides_no_handful_can_be_worked_out(counts, columns):
    cells = table(counts, columns)
    hidden = cells.hidden()
    assert all(hidden[each] for each in handfuls(cells))
    # where everything that is not nothing is hidden, there is nothing more to hide
    if any(value and not is_hidden for value, is_hidden in zip(cells.values, hidden, strict=True)):
        assert not determined(cells, hidden) & handfuls(cells)


def test_a_lone_handful_takes_the_smallest_company_that_leaves_it_open():
    cells = Cells()
    parts = [cells.put(each, value) for each, value in (("a", 4), ("b", 12), ("c", 16), ("d", 90))]
    cells.add(cells.put("whole", 122, is_last=True), parts)
    # 4 and 12 are 16: with one to nine and at least ten it could only be one to six; 4 and 16 leave it open
    assert [bool(each) for each in cells.hidden()] == [True, False, True, False, False]


@pytest.mark.parametrize(("pair", "is_known"), [((1, 1), True), ((9, 9), True), ((4, 5), False), ((1, 10), True)])
def test_bounds_that_leave_no_choice_are_seen(pair, is_known):
    cells = Cells()
    cells.add(cells.put("whole", sum(pair)), [cells.put(number, value) for number, value in enumerate(pair)])
    found = cells.worked_out(np.array([False, True, True]))
    assert bool(found) is is_known


def test_without_handfuls_nothing_is_hidden():
    assert not table([10, 20, 30, 0, 50, 60], 3).hidden().any()


def write_town(tiny, folder, seed, *, counts):
    """The tiny town with other counts of pupils at every place, many of them handfuls, and years."""
    tiny.write(folder, counts=counts, years=(2026, 2030), new=2)
    path = folder / "population.csv"
    head, *rows = csv.reader(path.read_text(encoding="utf-8").splitlines())
    chance = random.Random(seed)  # noqa: S311  a town, not a secret
    for row in rows:
        row[2:5] = [str(chance.choice((0, 3, 8, 12, 25, 60))) for _ in row[2:5]]
    tiny._csv(path, [",".join(head)], rows)  # noqa: SLF001  the town's own writer
    return folder


@pytest.fixture(scope="module", params=[(1, "pupils"), (2, "pupils"), (3, "people"), (4, "people")], ids=str)
def plan(request, tiny, tmp_path_factory):
    seed, counts = request.param
    return Project.open(write_town(tiny, tmp_path_factory.mktemp("town"), seed, counts=counts)).plan()


def test_no_handful_of_a_plan_can_be_worked_out_from_all_its_sums(plan):
    builder = _Builder(plan)
    builder.release()
    hidden = builder.cells.hidden()
    assert handfuls(builder.cells)
    assert not determined(builder.cells, hidden) & handfuls(builder.cells)


def is_told(value):
    return isinstance(value, int | float)


def no_single_one_is_hidden(whole, parts):
    """A told total beside its parts: none is hidden alone, and a told total of told parts is their sum."""
    hidden = [each for each in parts if isinstance(each, str)]
    return not is_told(whole) or len(hidden) != 1


def by_places(plan, phase):
    """`(whole, parts)` of public tallies of every view in a phase: the parts are districts and those outside them."""
    for stage in plan.stages:
        for view in stage.views:
            coverage = {"before": view.before, "after": view.after}[phase]
            demand = coverage.demand
            tallies = [coverage.tally(demand.district == row) for row in range(-1, len(plan.units.district_ids))]
            yield public_tally(plan, coverage.total), public_tallies(plan, tallies), view


@pytest.mark.parametrize("phase", ["before", "after"])
def test_districts_beside_the_whole_and_parts_beside_their_sum_hide_no_lone_one(plan, phase):
    for whole, parts, _ in by_places(plan, phase):
        for name in ("people", "assessed", "covered", "uncovered", "pupils", "pupils_covered"):
            assert no_single_one_is_hidden(getattr(whole, name), [getattr(each, name) for each in parts]), name
        for each in (whole, *parts):
            assert no_single_one_is_hidden(each.assessed, [each.covered, each.uncovered])
            assert each.share is None or (is_told(each.covered) and is_told(each.assessed))


def test_gaps_beside_those_beyond_the_radius_hide_no_lone_one(plan):
    for whole, _, view in by_places(plan, "before"):
        pupils = None if not is_told(whole.pupils_covered) or not is_told(whole.pupils) else whole.pupils
        counts = ((whole.uncovered, gap_people), (pupils, gap_pupils))
        for total, shown in counts:
            assert no_single_one_is_hidden(total, [shown(plan, gap) for gap in view.gaps])


def test_phase_beside_phase_tells_no_handful_that_comes_within_the_radius(plan):
    if plan.units.counts != "pupils":
        pytest.skip("people newly within the radius are told where the layer counts people")
    for stage in plan.stages:
        for view in stage.views:
            now, then = (public_tally(plan, each.total).covered for each in (view.before, view.after))
            if is_told(now) and is_told(then):
                assert not 0 < then - now < 10


def test_sheet_page_and_figures_hide_the_same_counts(plan):
    page = build_payload(plan, read_map("consultation"))
    views = {(view["stage"], view["travel"]): view for view in page["views"]}
    figures = {figure.id: figure.value for figure in coverage_figures(plan)}
    ids = list(plan.units.district_ids)
    for row in coverage_sheet(plan).rows:
        stage, travel = (str(each).rpartition(" / ")[2] for each in row[:2])
        if row[2] in ids:
            shown = views[stage, travel]["districts"]["before"][ids.index(row[2])]
            key = f"{stage}.{travel}.before.district.{row[2]}"
        elif row[2] == "":
            shown, key = views[stage, travel]["totals"]["before"], f"{stage}.{travel}.before"
        else:
            continue
        for name, value in zip(("people", "assessed", "covered"), row[4:7], strict=True):
            assert shown[name] == value == figures[f"{key}.{name}"]


def test_places_are_hidden_only_where_the_layer_counts_pupils(plan):
    people = np.round(plan.units.people)
    if plan.units.counts == "pupils":
        assert hidden_units(plan)[(people > 0) & (people < 10)].all()
    else:
        assert not hidden_units(plan).any()
        assert not any("people" in columns for columns in release_of(plan).tallies.values())


def test_gaps_of_page_sheet_figures_and_geopackage_hide_no_lone_one_beside_their_total(plan):
    page = build_payload(plan, read_map("consultation"))
    figures = {figure.id: figure.value for figure in coverage_figures(plan)}
    sheet, table = features.gaps(plan), gaps_sheet(plan).rows
    for view in page["views"]:
        stage, travel = view["stage"], view["travel"]
        key = f"{stage}.{travel}.before"
        total = figures[f"{key}.uncovered"]
        mine = sheet[(sheet["stage"] == stage) & (sheet["travel"] == travel)]
        rows = [row for row in table if [str(each).rpartition(" / ")[2] for each in row[1:3]] == [stage, travel]]
        told = [figures[f"{key}.gap.{gap['id']}.people"] for gap in view["gaps"]]
        assert [gap["people"] for gap in view["gaps"]] == told == [row[4] for row in rows]
        assert [gap["pupils"] for gap in view["gaps"]] == [row[5] for row in rows]
        for counts in (told, [None if not is_told(each) else each for each in mine["people"].tolist()]):
            assert not is_told(total) or sum(not is_told(each) or bool(np.isnan(each)) for each in counts) != 1
        in_gaps = figures[f"{key}.people_in_gaps"]
        assert is_told(total) or not is_told(in_gaps) or in_gaps == 0


def test_places_of_page_and_geopackage_hide_the_same_rows_and_states_tell_no_hidden_total(plan):
    page = build_payload(plan, read_map("consultation"))
    shown = page["places"]["people"]
    told = pd.concat([frame for _, _, frame in features.places(plan)])["people"]
    assert [is_told(each) for each in shown] == told.notna().tolist()
    for view in page["views"]:
        for name, totals in view["totals"].items():
            if any(isinstance(totals[each], str) for each in ("assessed", "covered")):
                assert not any(is_told(each) and each for each in view["cover_people"][name].values())


def test_the_lint_finds_nothing_wrong_with_what_is_written(plan, tmp_path):
    publish(plan, "consultation", tmp_path, progress=lambda _: None)
    findings = lint(Edition(plan, read_map("consultation")), sorted(tmp_path.iterdir()))
    assert [each for each in findings if each.code in {"small-count", "totals-differ"}] == []
